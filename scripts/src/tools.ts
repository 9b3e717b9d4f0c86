/** `npm run tools`: lists the gateway's tools as a caller sees them, or calls one, without the agent. */
import { connectGateway, type GatewayConnection } from '@secure-agent/client';
import { type ToolErrorBody, toolErrorBody } from '@secure-agent/contracts';
import { CALLER_OPTIONS, tokenFor } from './lib/caller.ts';
import { EXIT, runCommand, UsageError } from './lib/command.ts';
import { STATE } from './lib/paths.ts';
import { note, print, table, visibleLines } from './lib/terminal.ts';

const firstSentence = (text = ''): string => text.split(/(?<=\.)\s/)[0] ?? '';

async function list(gateway: GatewayConnection, asJson: boolean): Promise<number> {
  const tools = await gateway.listTools();
  if (asJson) print(JSON.stringify({ tools }));
  else if (tools.length === 0) note('No tool is listed for this caller.');
  else
    print(
      table(
        ['tool', 'what it does'],
        tools.map(({ name, description }) => [name, firstSentence(description)]),
      ),
    );
  return EXIT.done;
}

function argumentsOf(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Falls through to the same sentence as any other value that is no object.
  }
  throw new UsageError('The arguments must be a JSON object, for example \'{"employee_id":"E100"}\'.');
}

/** A tool's own refusal, where a text is one. */
function refusalOf(text: string): ToolErrorBody['error'] | undefined {
  try {
    return toolErrorBody.safeParse(JSON.parse(text)).data?.error;
  } catch {
    return undefined;
  }
}

async function call(
  gateway: GatewayConnection,
  name: string,
  json: string | undefined,
  asJson: boolean,
): Promise<number> {
  const result = await gateway.callTool(name, argumentsOf(json));
  const texts = result.content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const refusal = texts.map(refusalOf).find((found) => found !== undefined);
  if (asJson) print(JSON.stringify(result));
  else if (refusal !== undefined) note(`${refusal.message} ${refusal.next} (${refusal.code})`);
  else for (const text of texts) print(visibleLines(text));
  return result.isError === true || refusal !== undefined ? EXIT.failed : EXIT.done;
}

await runCommand({
  help: `npm run tools -- --user NAME | --machine ROLE [call TOOL 'JSON ARGUMENTS']

Without "call": the tools that the gateway lists for this caller.
With it: one tools/call straight to the gateway; policy decides without the agent.

  --user NAME      a person of secure-agent.config.json
  --machine ROLE   a machine client
  --json           print the gateway's answer as JSON`,
  options: { ...CALLER_OPTIONS, json: { type: 'boolean' } },
  positionals: true,
  async run(values, [verb, name, json]) {
    if (verb !== undefined && (verb !== 'call' || name === undefined))
      throw new UsageError('Say: call TOOL [JSON].');
    const { token, outputs } = await tokenFor(STATE, values);
    const gateway = await connectGateway(outputs.gatewayUrl, token);
    try {
      const asJson = values.json === true;
      return name === undefined ? await list(gateway, asJson) : await call(gateway, name, json, asJson);
    } finally {
      await gateway.close();
    }
  },
});
