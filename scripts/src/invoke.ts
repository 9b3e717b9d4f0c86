/** `npm run invoke`: asks the agent through the runtime's front door, as a person. */
import { streamAgent } from '@secure-agent/client';
import {
  type AgentAnswer,
  SESSION_ID_MAX_LENGTH,
  SESSION_ID_MIN_LENGTH,
  SESSION_ID_PATTERN,
} from '@secure-agent/contracts';
import { tokenFor } from './lib/caller.ts';
import { EXIT, runCommand, UsageError } from './lib/command.ts';
import { STATE } from './lib/paths.ts';
import { note, print, visible, visibleLines } from './lib/terminal.ts';

type Asking = {
  readonly url: string;
  readonly token: string;
  readonly prompt: string;
  readonly sessionId?: string | undefined;
};

/** Shows progress on stderr while the agent works. */
async function ask(asking: Asking): Promise<AgentAnswer | undefined> {
  for await (const event of streamAgent(asking)) {
    if (event.type === 'tool')
      note(`  ${event.status === 'started' ? 'calling' : event.status} ${visible(event.tool)}`);
    if (event.type === 'answer') return event.answer;
    if (event.type === 'error') note(`${event.error.message} ${event.error.next}`);
  }
  return undefined;
}

function checkSession(sessionId: string | undefined): void {
  if (sessionId === undefined) return;
  const fits = sessionId.length >= SESSION_ID_MIN_LENGTH && sessionId.length <= SESSION_ID_MAX_LENGTH;
  if (!fits || !SESSION_ID_PATTERN.test(sessionId)) {
    throw new UsageError(`--session must be ${SESSION_ID_MIN_LENGTH} or more letters, digits, - and _.`);
  }
}

await runCommand({
  help: `npm run invoke -- --user NAME "what you want"

Asks the agent through the runtime: it verifies the token, lists the tools that the person may use at the gateway,
and calls them with the person's own token.

  --user NAME      a person of secure-agent.config.json
  --session ID     go on with a session of 33 characters or more (default: a new one)
                   A line break in what you want may be written \\n.
  --json           print the agent's whole answer as JSON`,
  options: { user: { type: 'string' }, session: { type: 'string' }, json: { type: 'boolean' } },
  positionals: true,
  async run(values, words) {
    if (words.length === 0) throw new UsageError('Say what you want, in quotes.');
    checkSession(values.session);
    const { token, outputs } = await tokenFor(STATE, { user: values.user });
    const prompt = words.join(' ').replaceAll('\\n', '\n');
    const answer = await ask({ url: outputs.runtimeInvocationUrl, token, prompt, sessionId: values.session });
    if (answer === undefined) return EXIT.failed;
    print(values.json === true ? JSON.stringify(answer) : visibleLines(answer.answer));
    return EXIT.done;
  },
});
