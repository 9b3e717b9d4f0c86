/** The CDK's own command line as a child process: it publishes the assets and executes the change set. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../paths.ts';

export type CdkRun = {
  readonly code: number;
  /** The last of what it printed, for people and for finding out what went wrong. */
  readonly text: string;
};

/** Runs `cdk` with these arguments; each line goes to `onLine` as it comes. */
export type Cdk = (args: readonly string[], onLine: (line: string) => void) => Promise<CdkRun>;

const SCRIPT = join(ROOT, 'infra', 'node_modules', 'aws-cdk', 'bin', 'cdk');
/** Of every run: nothing but what happens, and nothing sent to anybody. */
const QUIET = ['--no-notices', '--no-color', '--no-version-reporting'];
const KEPT_LINES = 200;

/** @param script - JavaScript file that Node runs. */
export const cdkCommand =
  (script: string = SCRIPT): Cdk =>
  async (args, onLine) => {
    const child = spawn(process.execPath, [script, ...args, ...QUIET], {
      // A folder without cdk.json: what is deployed is the assembly that was shown, not a new synthesis.
      cwd: join(ROOT, 'scripts'),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kept: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (line.trim() === '') return;
        kept.push(line);
        if (kept.length > KEPT_LINES) kept.shift();
        onLine(line);
      });
    }
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => resolve(status ?? 1));
    });
    return { code, text: kept.join('\n') };
  };

/** Arguments that deploy one stack of an assembly. Whoever calls has asked already. */
export const deployArguments = (assemblyFolder: string, stackName: string): readonly string[] => [
  ...['deploy', stackName, '--app', assemblyFolder],
  ...['--require-approval', 'never', '--progress', 'events'],
];

/** Arguments that delete it. Whoever calls has asked already. */
export const destroyArguments = (assemblyFolder: string, stackName: string): readonly string[] => [
  ...['destroy', stackName, '--app', assemblyFolder, '--force', '--progress', 'events'],
];
