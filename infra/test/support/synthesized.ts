/** One synthesis for a test file: the real stack, configuration and policies, with bundles that hold nothing. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Configuration, PolicyMode } from '@secure-agent/contracts';
import { catalogue } from '@secure-agent/tools/catalogue';
import { Template } from 'aws-cdk-lib/assertions';
import { createApp } from '../../src/app.ts';
import { type Bundles, SOURCES } from '../../src/bundle.ts';
import { doorsOf } from '../../src/doors.ts';
import { readApis } from '../../src/open-api/index.ts';
import { readPolicies, targetTools } from '../../src/policies.ts';
import { checkConfiguration, POLICY_FOLDER, REPOSITORY, readConfiguration } from '../../src/repository.ts';
import { SecureAgentStack } from '../../src/stack.ts';
import { LOCAL_ENVIRONMENT, stageOf } from '../../src/stage.ts';
import { changeVersion, withChange } from './mutation.ts';

/** Each folder holds a file of its own content, so that no two bundles are one asset. */
function emptyBundles(root: string): Bundles {
  const make = (name: keyof typeof SOURCES): string => {
    const folder = join(root, name);
    mkdirSync(folder);
    writeFileSync(join(folder, `${SOURCES[name].output}.mjs`), `// ${name}`);
    return folder;
  };
  const agent = make('agent');
  writeFileSync(join(agent, 'Dockerfile'), 'FROM scratch');
  return {
    agent,
    hrTarget: make('hrTarget'),
    reportTarget: make('reportTarget'),
    requestInterceptor: make('requestInterceptor'),
    responseInterceptor: make('responseInterceptor'),
    tokenClaims: make('tokenClaims'),
  };
}

/** The repository's own configuration. */
export const realConfiguration = checkConfiguration(readConfiguration());

export type StubOptions = {
  readonly stage?: string;
  readonly mode?: PolicyMode;
  /** Changes to the real configuration. */
  readonly configuration?: Partial<Configuration>;
};

/** A template as it is parsed, with what the mutation test reads of it. */
export type Assertable = {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
};

const synthesized = new Map<string, Assertable>();
const parsed = new Map<string, { readonly template: Template; readonly version: number }>();

/**
 * The template as it is written to disk, not checked by the CloudFormation rules: synthesis.test.ts has that. The same
 * options are synthesized once a worker: no test changes what it gets.
 */
export function templateOf(options: StubOptions = {}): Template {
  const key = JSON.stringify(options);
  const known = parsed.get(key);
  if (known?.version === changeVersion()) return known.template;
  const whole = synthesized.get(key) ?? synthesizedOf(options);
  synthesized.set(key, whole);
  const template = Template.fromJSON(withChange(whole));
  parsed.set(key, { template, version: changeVersion() });
  return template;
}

/** Every temporary file is gone when this returns. */
function synthesizedOf(options: StubOptions): Assertable {
  const { stage = 'local', mode = 'ENFORCE' } = options;
  const configuration = checkConfiguration({ ...realConfiguration, ...options.configuration });
  const root = mkdtempSync(join(tmpdir(), 'infra-test-'));
  try {
    const app = createApp({ outdir: join(root, 'cdk.out'), validate: false });
    const apis = readApis(configuration.openApiTargets ?? [], REPOSITORY);
    const place = stageOf(configuration.application, stage, LOCAL_ENVIRONMENT);
    const stack = new SecureAgentStack(app, {
      stage: place,
      configuration,
      doors: doorsOf(configuration, place),
      apis,
      bundles: emptyBundles(root),
      policies: readPolicies(POLICY_FOLDER, targetTools(catalogue, apis)),
      mode,
    });
    const file = join(app.synth().directory, `${stack.stackName}.template.json`);
    return JSON.parse(readFileSync(file, 'utf8'));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
