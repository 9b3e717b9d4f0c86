/** What a target is told of a call. */
import { ok } from '@secure-agent/contracts';
import type { VerifiedToken } from '@secure-agent/jwt-authorizer';
import { describe, expect, it } from 'vitest';
import { type GatewayCaller, iamCaller } from '../../src/gateway/caller.ts';
import type { ToolInvocation } from '../../src/gateway/targets/tool-target.ts';
import { callOneTool, type Setting } from './one-tool.ts';
import { GATEWAY_ID, type LambdaFake, ROLE_ARN, received } from './support.ts';

const VERIFIED: VerifiedToken = {
  iss: 'https://issuer.example',
  sub: 'sub-maria',
  clientId: 'people',
  scopes: [],
  expiresAt: 0,
  claims: { sub: 'sub-maria' },
};
const MARIA: GatewayCaller = { kind: 'jwt', verified: VERIFIED, token: 'the-bearer' };

async function invocationOf(setting: Omit<Setting, 'invoke'>): Promise<ToolInvocation> {
  const seen: ToolInvocation[] = [];
  const { answer } = await callOneTool({
    ...setting,
    async invoke(call) {
      seen.push(call);
      return ok({ kind: 'value', value: null });
    },
  });
  await received(answer);
  const [call] = seen;
  if (call === undefined) throw new Error('the tool was not called');
  return call;
}

const rewriting =
  (headers: Readonly<Record<string, string>>): LambdaFake =>
  (event) => ({
    ok: true,
    payload: {
      interceptorOutputVersion: '1.0',
      mcp: { transformedGatewayRequest: { headers, body: Object(event).mcp.gatewayRequest.body } },
    },
  });

describe('a tool invocation', () => {
  it('holds the call, the client’s headers and query as sent, and its _meta', async () => {
    const headers = ['X-Tenant', 'a', 'x-tenant', 'b'];
    const call = await invocationOf({
      headers,
      params: { arguments: { a: 1 }, _meta: { progressToken: 'p' } },
    });
    expect(call).toMatchObject({
      gatewayId: GATEWAY_ID,
      requestId: 'r',
      messageId: 1,
      args: { a: 1 },
      search: 'page=2',
      meta: { progressToken: 'p' },
      interceptorHeaders: {},
    });
    expect(call.rawHeaders.slice(-4)).toEqual(headers);
  });

  it.each([undefined, 'text', ['list'], null])('has an empty _meta where the call has %j', async (_meta) => {
    expect((await invocationOf({ params: { _meta } })).meta).toEqual({});
  });

  it('holds the headers that the request interceptor set, by lower-case name', async () => {
    const call = await invocationOf({
      request: rewriting({ 'X-Tenant': 'b', Authorization: 'Bearer other' }),
    });
    expect(call.interceptorHeaders).toEqual({ 'x-tenant': 'b', authorization: 'Bearer other' });
  });

  it('names the verified user, whose token is there for token exchange only', async () => {
    const { caller, ...rest } = await invocationOf({ caller: MARIA });
    expect(caller).toEqual({ iss: 'https://issuer.example', sub: 'sub-maria', token: 'the-bearer' });
    expect(JSON.stringify(rest)).not.toContain('the-bearer');
  });

  it.each([
    ['an IAM identity', iamCaller(ROLE_ARN)],
    ['nobody', undefined],
  ])('names no user for %s', async (_id, caller) => {
    expect(await invocationOf(caller === undefined ? {} : { caller })).not.toHaveProperty('caller');
  });

  it('takes messages only where the answer is streamed', async () => {
    expect(await invocationOf({})).toHaveProperty('onMessage');
    expect(await invocationOf({ headers: [] })).not.toHaveProperty('onMessage');
  });
});
