/** Makes the calls that the decision cases speak of, so that the gateway's log has a decision about each. */
import { ClientError, connectGateway, type GatewayConnection } from '@secure-agent/client';
import type { OwnCase } from '@secure-agent/operations';
import { type CallerChoice, tokenFor } from '../caller.ts';
import { DENIAL } from '../phase/observe.ts';

const MACHINE = 'machine:';

/** The calls of one role at one tool. */
export type PlayedCell = {
  readonly tool: string;
  /** A group of people, or `machine:<role>`. */
  readonly role: string;
  readonly calls: number;
  /** Those that a policy stopped; the others reached the tool, whatever it made of them. */
  readonly denied: number;
};

const choiceOf = (who: string): CallerChoice =>
  who.startsWith(MACHINE) ? { machine: who.slice(MACHINE.length) } : { user: who };

/** Whether a policy stopped the call. @throws ClientError for what else the gateway did not do. */
async function isDenied(gateway: GatewayConnection, { tool, input }: OwnCase): Promise<boolean> {
  try {
    const { content } = await gateway.callTool(tool, input);
    return content.some((part) => part.type === 'text' && DENIAL.test(part.text));
  } catch (error) {
    if (error instanceof ClientError && DENIAL.test(error.message)) return true;
    throw error;
  }
}

async function playAs(folder: string, who: string, cases: readonly OwnCase[]): Promise<readonly boolean[]> {
  const { token, outputs } = await tokenFor(folder, choiceOf(who));
  const gateway = await connectGateway(outputs.gatewayUrl, token);
  const denied: boolean[] = [];
  try {
    for (const one of cases) denied.push(await isDenied(gateway, one));
    return denied;
  } finally {
    await gateway.close();
  }
}

function cellsOf(played: readonly (OwnCase & { readonly denied: boolean })[]): readonly PlayedCell[] {
  const cells = Map.groupBy(played, ({ tool, role }) => `${tool} ${role}`);
  return [...cells]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, calls]) => {
      const [{ tool, role } = { tool: '', role: '' }] = calls;
      return { tool, role, calls: calls.length, denied: calls.filter(({ denied }) => denied).length };
    });
}

/**
 * Plays the cases one after another, each by the person or machine that it names.
 * @param folder - where the running local system's outputs and secrets are.
 * @returns sorted by tool, then role.
 * @throws ClientError for a system that is not there, and for a call that neither a tool nor a policy answered.
 */
export async function playCases(folder: string, cases: readonly OwnCase[]): Promise<readonly PlayedCell[]> {
  const played: (OwnCase & { readonly denied: boolean })[] = [];
  for (const [who, own] of Map.groupBy(cases, (one) => one.who)) {
    const denied = await playAs(folder, who, own);
    played.push(...own.map((one, index) => ({ ...one, denied: denied[index] === true })));
  }
  return cellsOf(played);
}
