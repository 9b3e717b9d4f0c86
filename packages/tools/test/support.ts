/** A gateway in small: it signs callers with a key of its own in place of KMS, and invokes a dispatcher as Lambda does. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  assertionSigningInput,
  type CallerClaims,
  hashArguments,
  isJsonObject,
  type JsonObject,
  joinAssertion,
} from '@secure-agent/contracts';
import { createDispatcher, type Dispatcher, type DispatcherPorts } from '../src/dispatch.ts';
import type { VerifyMac } from '../src/verify-caller.ts';

export const NOW = 1_800_000_000;

const key = randomBytes(32);
export const hmac = (message: string, secret: Uint8Array = key): Buffer =>
  createHmac('sha256', secret).update(message).digest();

export const verifyMac: VerifyMac = async (message, mac) =>
  mac.length === 32 && timingSafeEqual(hmac(message), Buffer.from(mac));

const person = (sub: string, employee_id: string, scopes: string[], tenant = 'acme') => ({
  iss: 'https://issuer.example',
  sub,
  client_id: 'people',
  scopes: ['hr/invoke', ...scopes],
  tenant,
  employee_id,
});

export type Who = Omit<CallerClaims, 'tool' | 'args' | 'rid' | 'iat' | 'exp'>;

export const EVE: Who = person('sub-eve', 'E100', ['hr/read', 'hr/write']);
export const MARIA: Who = person('sub-maria', 'E200', ['hr/read', 'hr/write', 'hr/manager']);
export const OTHER_MANAGER: Who = person('sub-olga', 'E201', ['hr/manager']);
export const ANNA: Who = person('sub-anna', 'E400', ['hr/read', 'hr/admin']);
export const MACHINE: Who = {
  iss: 'https://issuer.example',
  sub: 'machine-manager',
  client_id: 'machine-manager',
  scopes: ['hr/invoke', 'hr/manager', 'hr/admin'],
};

export const claimsFor = (who: Who, tool: string, args: JsonObject): CallerClaims => ({
  ...who,
  tool,
  args: hashArguments(args),
  rid: 'request-1',
  iat: NOW,
  exp: NOW + 60,
});

export function assertionOf(claims: CallerClaims, secret: Uint8Array = key): string {
  const signingInput = assertionSigningInput(claims);
  return joinAssertion(signingInput, hmac(signingInput, secret));
}

export const contextOf = (tool: unknown, spelling: 'custom' | 'Custom' = 'custom') => ({
  clientContext: { [spelling]: { bedrockAgentCoreToolName: tool } },
});

export const dispatcherOf = (ports: Partial<DispatcherPorts> & Pick<DispatcherPorts, 'target' | 'tools'>) =>
  createDispatcher({ verifyMac, now: () => NOW, reportFailure: () => {}, ...ports });

/** Calls a tool as a gateway with its interceptor would. `args` are parsed from text where a test needs odd members. */
export async function call(dispatcher: Dispatcher, who: Who, tool: string, args: JsonObject | string) {
  const parsed: JsonObject = typeof args === 'string' ? JSON.parse(args) : args;
  const event = { ...parsed, caller: assertionOf(claimsFor(who, tool, parsed)) };
  return dispatcher(event, contextOf(tool));
}

/** The code of a refusal; the whole answer when it is not one, so that a failed assertion shows it. */
export function codeOf(answer: JsonObject): unknown {
  const error = answer['error'];
  return isJsonObject(error) ? error['code'] : answer;
}
