/**
 * Asks a running system what it does: a handful of calls, of which none changes anything. The one that policy denies is
 * a read for a caller whom the tool itself refuses, so it is harmless where policy only logs.
 */
import { randomBytes } from 'node:crypto';
import {
  type BedrockAgentCoreControlClient,
  GetGatewayCommand,
} from '@aws-sdk/client-bedrock-agentcore-control';
import { type Outputs, type PolicyMode, policyMode, SESSION_ID_HEADER } from '@secure-agent/contracts';
import type { Answer, Observations } from '@secure-agent/operations';

export type Probe = {
  readonly outputs: Outputs;
  readonly control: BedrockAgentCoreControlClient;
  /** Access token of a person, for the runtime; without it that call is not made. */
  readonly personToken?: string | undefined;
  /** Access token of a machine, for the gateway; without it its calls are not made. */
  readonly machineToken?: string | undefined;
};

/** Denied to every machine: it speaks for no employee. */
const DENIED = { name: 'HrTarget___get_leave_balance', arguments: { employee_id: 'E100' } };
/** How a policy's denial reads, in either of its two forms. Devguide: use-gateway-with-policy. */
const DENIAL = /Tool Execution Denied/;

/** Of one call with its answer, milliseconds: a real model may think. */
const LIMIT = 60_000;

const REFUSED = new Set([401, 403]);

const answerOf = (status: number): Answer => {
  if (REFUSED.has(status)) return 'refused';
  return status === 200 ? 'accepted' : 'unknown';
};

type Call = { readonly url: string; readonly token?: string | undefined; readonly body: object };

async function post({ url, token, body }: Call): Promise<{ status: number; text: string }> {
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(LIMIT),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      [SESSION_ID_HEADER]: randomBytes(24).toString('hex'),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

const rpc = (method: string, params: object): object => ({ jsonrpc: '2.0', id: 1, method, params });

async function askRuntime({ outputs }: Probe, token?: string): Promise<Answer> {
  const body = { prompt: 'How many days of leave do I have left?' };
  return answerOf((await post({ url: outputs.runtimeInvocationUrl, token, body })).status);
}

async function listTools({ outputs }: Probe, token?: string): Promise<Answer> {
  return answerOf((await post({ url: outputs.gatewayUrl, token, body: rpc('tools/list', {}) })).status);
}

async function callDenied({ outputs }: Probe, token: string): Promise<Answer> {
  const { status, text } = await post({ url: outputs.gatewayUrl, token, body: rpc('tools/call', DENIED) });
  if (status !== 200) return 'unknown';
  return DENIAL.test(text) ? 'refused' : 'accepted';
}

async function modeOf({ control, outputs }: Probe): Promise<PolicyMode | undefined> {
  const gateway = await control.send(new GetGatewayCommand({ gatewayIdentifier: outputs.gatewayId }));
  return policyMode.optional().parse(gateway.policyEngineConfiguration?.mode);
}

/**
 * Makes the calls, one after another.
 * @throws what fetch and the client throw: a system that does not answer is in no phase.
 */
export async function observe(probe: Probe): Promise<Observations> {
  const { personToken, machineToken } = probe;
  const gatewayBearer = machineToken === undefined ? 'unknown' : await listTools(probe, machineToken);
  const mayCall = machineToken !== undefined && gatewayBearer === 'accepted';
  return {
    runtimeAnonymous: await askRuntime(probe),
    runtimeBearer: personToken === undefined ? 'unknown' : await askRuntime(probe, personToken),
    gatewayAnonymous: await listTools(probe),
    gatewayBearer,
    policyMode: await modeOf(probe),
    deniedCall: mayCall ? await callDenied(probe, machineToken) : 'unknown',
  };
}
