/**
 * Asks a running system what it does: a handful of calls, of which none changes anything. The one that policy denies is
 * a read for a caller whom the tool itself refuses, so it is harmless where policy only logs.
 */
import { randomBytes } from 'node:crypto';
import {
  type BedrockAgentCoreControlClient,
  GetGatewayCommand,
} from '@aws-sdk/client-bedrock-agentcore-control';
import { type PolicyMode, policyMode, SESSION_ID_HEADER, type SystemOutputs } from '@secure-agent/contracts';
import type { Answer, Observations } from '@secure-agent/operations';

export type Probe = {
  readonly outputs: SystemOutputs;
  /** Also signs the calls to the doors: all three are one service to IAM. */
  readonly control: BedrockAgentCoreControlClient;
  /** Access token of a person, for the runtime; without it that call is not made. */
  readonly personToken?: string | undefined;
  /** Access token of a machine, for the gateway; without it its calls are not made. */
  readonly machineToken?: string | undefined;
};

/** Denied to every machine: it speaks for no employee. */
const DENIED = { name: 'HrTarget___get_leave_balance', arguments: { employee_id: 'E100' } };
/** How a policy's denial reads, in either of its two forms. Devguide: use-gateway-with-policy. */
export const DENIAL = /Tool Execution Denied/;

/** Of one call with its answer, milliseconds: a real model may think. */
const LIMIT = 60_000;

const REFUSED = new Set([401, 403]);

const answerOf = (status: number): Answer => {
  if (REFUSED.has(status)) return 'refused';
  return status === 200 ? 'accepted' : 'unknown';
};

type Call = { readonly url: string; readonly token?: string | undefined; readonly body: object };
type Reply = { readonly status: number; readonly text: string };

const headersOf = (token?: string): Record<string, string> => ({
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  [SESSION_ID_HEADER]: randomBytes(24).toString('hex'),
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
});

async function send(url: string, headers: Record<string, string>, body: string): Promise<Reply> {
  const signal = AbortSignal.timeout(LIMIT);
  const response = await fetch(url, { method: 'POST', redirect: 'error', signal, headers, body });
  return { status: response.status, text: await response.text() };
}

const post = ({ url, token, body }: Call): Promise<Reply> =>
  send(url, headersOf(token), JSON.stringify(body));

/** The same call with an AWS signature (Signature Version 4) in place of a token. */
async function postSigned({ control }: Probe, { url, body }: Call): Promise<Reply> {
  const { protocol, hostname, port, host, pathname, searchParams } = new URL(url);
  const text = JSON.stringify(body);
  const signer = await control.config.signer();
  const { headers } = await signer.sign({
    ...{ method: 'POST', protocol, hostname, path: pathname, body: text },
    ...(port === '' ? {} : { port: Number(port) }),
    query: Object.fromEntries(searchParams),
    headers: { ...headersOf(), host },
  });
  const { host: _set, ...sent } = headers;
  return send(url, sent, text);
}

/** Who signs may not call: then nobody can say what the door does with a signature. */
const NOT_PERMITTED = /not authorized to perform/;
/** What comes of a call that passed the door: an answer, or the agent's own refusal, which the runtime tells as 424. */
const PASSED = new Set([200, 424]);

async function answerToSignature(probe: Probe, call: Call): Promise<Answer> {
  const { status, text } = await postSigned(probe, call);
  if (PASSED.has(status)) return 'accepted';
  return REFUSED.has(status) && !NOT_PERMITTED.test(text) ? 'refused' : 'unknown';
}

const rpc = (method: string, params: object): object => ({ jsonrpc: '2.0', id: 1, method, params });

const toRuntime = ({ outputs }: Probe, token?: string): Call => ({
  ...{ url: outputs.runtimeInvocationUrl, token },
  body: { prompt: 'How many days of leave do I have left?' },
});
const toGateway = ({ outputs }: Probe, token?: string): Call => ({
  ...{ url: outputs.gatewayUrl, token },
  body: rpc('tools/list', {}),
});

const ask = async (call: Call): Promise<Answer> => answerOf((await post(call)).status);

/** Makes the call that policy denies. */
export async function callDenied({ outputs }: Pick<Probe, 'outputs'>, token: string): Promise<Answer> {
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
  const gatewayBearer = machineToken === undefined ? 'unknown' : await ask(toGateway(probe, machineToken));
  const mayCall = machineToken !== undefined && gatewayBearer === 'accepted';
  return {
    runtimeAnonymous: await ask(toRuntime(probe)),
    runtimeBearer: personToken === undefined ? 'unknown' : await ask(toRuntime(probe, personToken)),
    runtimeSigned: await answerToSignature(probe, toRuntime(probe)),
    gatewayAnonymous: await ask(toGateway(probe)),
    gatewayBearer,
    gatewaySigned: await answerToSignature(probe, toGateway(probe)),
    policyMode: await modeOf(probe),
    deniedCall: mayCall ? await callDenied(probe, machineToken) : 'unknown',
  };
}
