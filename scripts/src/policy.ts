/** `npm run policy -- <what>`: the policy directory, worked on before anything is deployed. */
import { EXIT } from './lib/command.ts';
import { note, print } from './lib/terminal.ts';

const HELP = `npm run policy -- COMMAND [options]

  check    parse, validate and lint every policy; compare what is generated with what is there
  test     decide every case; coverage and mutants
  matrix   who may call which tool: terminal, Markdown, HTML
  diff     who gains and who loses which tool between two sets of policies
  attach   bring the policies to a running gateway, in LOG_ONLY
  play     make the calls of the cases at the local gateway, for its decision log
  draft    have a policy drafted from a sentence; never attached

npm run policy -- COMMAND --help says more. npm run promote and npm run rollback change the enforcement mode.`;

type Run = (args: readonly string[]) => Promise<number>;

/** Loaded one at a time: a check has no use for the AWS SDK. */
const COMMANDS: Readonly<Record<string, () => Promise<Run>>> = {
  check: async () => (await import('./policy/check.ts')).run,
  test: async () => (await import('./policy/test.ts')).run,
  matrix: async () => (await import('./policy/matrix.ts')).run,
  diff: async () => (await import('./policy/diff.ts')).run,
  attach: async () => (await import('./policy/attach.ts')).run,
  play: async () => (await import('./policy/play.ts')).run,
  draft: async () => (await import('./policy/draft.ts')).run,
};

const [name, ...args] = process.argv.slice(2);
if (name === '--help' || name === '-h') print(HELP);
else if (name !== undefined && Object.hasOwn(COMMANDS, name)) {
  const load = COMMANDS[name];
  process.exitCode = load ? await (await load())(args) : EXIT.usage;
} else {
  note(`${name === undefined ? 'Which command?' : `"${name}" is no command.`}\n\n${HELP}`);
  process.exitCode = EXIT.usage;
}
