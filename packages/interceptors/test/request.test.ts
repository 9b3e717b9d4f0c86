import {
  CALLER_FIELD,
  checkAssertion,
  type InterceptorOutput,
  interceptorOutput,
  type JsonObject,
  MAX_MAC_MESSAGE_BYTES,
  parseAssertion,
} from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import {
  bearer,
  CLAIMS,
  callOf,
  eventOf,
  fixture,
  hmac,
  ISSUER,
  mint,
  NOW,
  object,
  otherKey,
} from './support.ts';

const TOOL = 'HrTarget___get_leave_balance';
const EVE = bearer(mint());

const sentArguments = (output: InterceptorOutput): JsonObject =>
  object(object(object(output.mcp.transformedGatewayRequest?.body)['params'])['arguments']);

/** The claims in the arguments that go on, after their MAC was checked with the key. */
function bound(output: InterceptorOutput) {
  const { [CALLER_FIELD]: caller, ...args } = sentArguments(output);
  const parsed = parseAssertion(String(caller));
  if (!parsed.ok) throw new Error('no assertion');
  expect(Buffer.from(parsed.value.mac)).toEqual(hmac(parsed.value.signingInput));
  return { args, claims: parsed.value.unverifiedClaims };
}

async function bind(args: unknown, headers: Record<string, string> = EVE, name = TOOL) {
  return bound(await fixture().intercept(eventOf(callOf(args, name), headers)));
}

/** A refusal: answered at once, nothing goes on, no detail. */
function expectRefused(output: InterceptorOutput, statusCode: number, code: number, id: unknown = 7) {
  expect(() => interceptorOutput.parse(output)).not.toThrow();
  expect(output.mcp.transformedGatewayRequest).toBeUndefined();
  expect(output.mcp.transformedGatewayResponse).toMatchObject({
    statusCode,
    body: { jsonrpc: '2.0', id, error: { code } },
  });
}

describe('a tools/call', () => {
  it('goes on with the verified caller, bound to this tool and these arguments', async () => {
    const { args, claims } = await bind({ employee_id: 'E100' });
    expect(args).toEqual({ employee_id: 'E100' });
    expect(claims).toEqual({
      iss: ISSUER,
      sub: 'sub-eve',
      client_id: 'people',
      scopes: ['hr/invoke', 'hr/read'],
      tenant: 'acme',
      employee_id: 'E100',
      tool: TOOL,
      args: claims.args,
      rid: 'request-1',
      iat: NOW,
      exp: NOW + 60,
    });
    expect(checkAssertion(claims, { tool: TOOL, args, now: NOW })).toBeUndefined();
    expect(checkAssertion(claims, { tool: TOOL, args: { employee_id: 'E200' }, now: NOW })).toBe(
      'caller_mismatch',
    );
    expect(checkAssertion(claims, { tool: `${TOOL}s`, args, now: NOW })).toBe('caller_mismatch');
  });

  it('keeps the rest of the message, and sends no headers', async () => {
    const body = { ...callOf({}), params: { name: TOOL, _meta: { progressToken: 1 } } };
    const output = await fixture().intercept(eventOf(body, EVE));
    expect(output.mcp.transformedGatewayRequest).toEqual({
      body: { ...body, params: { ...body.params, arguments: { caller: sentArguments(output)['caller'] } } },
    });
    expect(output.mcp.transformedGatewayResponse).toBeUndefined();
  });

  it('carries no more of the token than its claims', async () => {
    const token = mint();
    const output = await fixture().intercept(eventOf(callOf({}), bearer(token)));
    expect(JSON.stringify(output)).not.toContain(token.split('.')[2]);
  });

  it.each([
    ['caller', { caller: 'sub-maria' }],
    ['caller as an array', { caller: ['v1.x.y'] }],
    ['Caller', { Caller: 'x' }],
    ['CALLER', { CALLER: 'x' }],
    ['__caller', { __caller: 'x' }],
    ['full width', { ｃａｌｌｅｒ: 'x' }],
    ['a unicode escape', JSON.parse('{"\\u0063aller":"x"}')],
    ['a duplicate', JSON.parse('{"caller":"x","caller":"y"}')],
    ['userId', { userId: 'x' }],
    ['user_id', { user_id: 'x' }],
    ['tenantId', { tenantId: 'globex' }],
    ['tenant', { tenant: 'globex' }],
    ['sub', { sub: 'sub-maria' }],
    ['role', { role: 'manager' }],
    ['scopes', { scopes: ['hr/admin'] }],
    ['Authorization', { Authorization: 'Bearer x' }],
  ])('IC-04 loses a client-written %s', async (_, args: object) => {
    const { args: left, claims } = await bind({ ...args, employee_id: 'E100' });
    expect(left).toEqual({ employee_id: 'E100' });
    expect(claims).toMatchObject({ sub: 'sub-eve', tenant: 'acme', scopes: ['hr/invoke', 'hr/read'] });
  });

  it('keeps what the tool must refuse itself, and pollutes nothing', async () => {
    const text =
      '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"n":{"caller":1}}';
    const { args, claims } = await bind(JSON.parse(text));
    expect(Object.keys(args).sort()).toEqual(['__proto__', 'constructor', 'n']);
    expect(checkAssertion(claims, { tool: TOOL, args, now: NOW })).toBeUndefined();
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });

  it('IC-06 is decided on the parsed body, whatever the raw one says', async () => {
    const event = eventOf(callOf({}), EVE);
    event.mcp.rawGatewayRequest.body = JSON.stringify(
      callOf({ employee_id: 'E999' }, 'HrTarget___get_salary'),
    );
    const { args, claims } = bound(await fixture().intercept(event));
    expect([args, claims.tool]).toEqual([{}, TOOL]);
  });

  it('IC-12 takes role and tenant from the token, never from a header', async () => {
    const headers = { ...EVE, 'X-Role': 'manager', 'X-Tenant': 'globex', 'X-Caller': 'sub-maria' };
    expect((await bind({}, headers)).claims).toMatchObject({ sub: 'sub-eve', tenant: 'acme' });
  });

  it('IC-09 twice is two statements that differ in the request id alone', async () => {
    const { intercept } = fixture();
    const event = eventOf(callOf({}), EVE);
    const [one, two] = [bound(await intercept(event)), bound(await intercept(event))];
    expect({ ...two.claims, rid: 'request-1' }).toEqual(one.claims);
    expect(two.claims.rid).toBe('request-2');
  });

  it.each([
    ['the token outlives a minute', NOW + 3600, NOW + 60],
    ['the token ends sooner', NOW + 20, NOW + 20],
    ['the token ends within a second', NOW + 1.5, NOW + 1],
  ])('the statement is short-lived: %s', async (_, exp, expected) => {
    expect((await bind({}, bearer(mint({ exp })))).claims.exp).toBe(expected);
  });

  it.each([
    ['no tenant', { tenant: undefined }],
    ['an empty tenant', { tenant: '' }],
    ['a list of tenants', { tenant: ['acme', 'globex'] }],
    ['an object', { tenant: { S: 'acme' } }],
  ])('%s in the token is no tenant in the statement', async (_, changes) => {
    const { claims } = await bind({}, bearer(mint(changes)));
    expect(claims).not.toHaveProperty('tenant');
    expect(claims.employee_id).toBe('E100');
  });

  it('of a machine names no employee', async () => {
    const token = mint({ sub: 'machine', client_id: 'machine', tenant: undefined, employee_id: undefined });
    const { claims } = await bind({}, bearer(token));
    expect(claims).not.toHaveProperty('employee_id');
    expect(claims).toMatchObject({ sub: 'machine', client_id: 'machine' });
  });
});

describe('a tool of a target that is another system', () => {
  const externalTargets = ['Holidays'];
  const call = (name: string, headers: Record<string, string>) =>
    fixture({ externalTargets }).intercept(eventOf(callOf({ year: 2026, caller: 'x' }, name), headers));

  it('is not told who calls, and gets no argument that says so', async () => {
    expect(sentArguments(await call('Holidays___list_holidays', EVE))).toEqual({ year: 2026 });
  });

  it('is called with a verified token only', async () => {
    expectRefused(await call('Holidays___list_holidays', {}), 401, -32001);
  });

  it.each(['Holidays2___list', 'HrTarget___Holidays___x', 'HrTarget___x'])(
    'another target is told: %s',
    async (name) => {
      expect(bound(await call(name, EVE)).claims).toMatchObject({ sub: CLAIMS.sub, tool: name });
    },
  );
});

describe('the search tool', () => {
  const search = (headers: Record<string, string>) =>
    fixture().intercept(
      eventOf(callOf({ query: 'leave', caller: 'x' }, 'x_amz_bedrock_agentcore_search'), headers),
    );

  it('goes on without a caller: no Lambda is behind it', async () => {
    expect(sentArguments(await search(EVE))).toEqual({ query: 'leave' });
  });

  it('needs a token all the same', async () => {
    expectRefused(await search({}), 401, -32001);
  });
});

describe('a token problem ends the call with 401', () => {
  const token = mint();
  const [head, payload, signature] = token.split('.');
  const maria = Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'sub-maria' })).toString('base64url');
  it.each<[string, Record<string, string> | null | undefined, string]>([
    ['no headers', undefined, 'missing_token'],
    ['null headers', null, 'missing_token'],
    ['no Authorization', {}, 'missing_token'],
    [
      'two of them',
      { Authorization: `Bearer ${token}`, authorization: `Bearer ${token}` },
      'duplicate_header',
    ],
    ['two tokens', { Authorization: `Bearer ${token}, Bearer ${token}` }, 'malformed_token'],
    ['another scheme', { Authorization: 'Basic eDp5' }, 'missing_token'],
    ['no JWT', { Authorization: 'Bearer abc' }, 'malformed_token'],
    ['forged claims', { Authorization: `Bearer ${head}.${maria}.${signature}` }, 'signature'],
    ['no signature', { Authorization: `Bearer ${head}.${payload}.` }, 'signature'],
    ['signed by another key', bearer(mint({}, otherKey)), 'signature'],
    ['expired', bearer(mint({ exp: NOW })), 'expired'],
    ['of another issuer', bearer(mint({ iss: 'https://other.example' })), 'issuer_mismatch'],
    ['of another client', bearer(mint({ client_id: 'foreign' })), 'client_mismatch'],
    ['without hr/invoke', bearer(mint({ scope: 'hr/read' })), 'insufficient_scope'],
    ['without a client', bearer(mint({ client_id: undefined })), 'client_mismatch'],
  ])('%s', async (_, headers, reason) => {
    const { intercept, reported } = fixture();
    const output = await intercept(eventOf(callOf({}), headers));
    expectRefused(output, 401, -32001);
    expect(output.mcp.transformedGatewayResponse?.headers).toEqual({
      'WWW-Authenticate': 'Bearer error="invalid_token"',
    });
    expect(JSON.stringify(output)).not.toContain(reason);
    expect(reported).toEqual([reason]);
  });

  it.each([
    ['Authorization', 'Bearer'],
    ['authorization', 'Bearer'],
    ['AUTHORIZATION', 'bearer'],
  ])('%s: %s is the same header', async (name, scheme) => {
    expect((await bind({}, { [name]: `${scheme} ${token}` })).claims.sub).toBe('sub-eve');
  });

  it('a verified token that names no client is not enough for a statement', async () => {
    const { clientId: _, ...verified } = {
      iss: ISSUER,
      sub: 's',
      clientId: '',
      scopes: [],
      claims: {},
      expiresAt: NOW + 60,
    };
    const { intercept, reported } = fixture({
      authorizer: { authorize: async () => ({ ok: true, value: verified }) },
    });
    expectRefused(await intercept(eventOf(callOf({}), EVE)), 401, -32001);
    expect(reported).toEqual(['token']);
  });
});

describe('malformed parameters', () => {
  const named = (params: unknown) => ({ jsonrpc: '2.0', id: 7, method: 'tools/call', params });
  it.each<[string, unknown]>([
    ['no params', { jsonrpc: '2.0', id: 7, method: 'tools/call' }],
    ['null params', named(null)],
    ['params as a list', named([TOOL])],
    ['no name', named({ arguments: {} })],
    ['an empty name', callOf({}, '')],
    ['a name that is a list', callOf({}, [TOOL])],
    ['a name that is too long', callOf({}, 'a'.repeat(257))],
    ['arguments as a list', callOf([1])],
    ['arguments as text', callOf('{}')],
    ['null arguments', callOf(null)],
  ])('%s', async (_, body) => {
    const { intercept, reported } = fixture();
    expectRefused(await intercept(eventOf(body, EVE)), 400, -32602);
    expect(reported).toHaveLength(1);
  });

  it('has a control: no arguments at all are none', async () => {
    expect((await bind(undefined)).args).toEqual({});
  });

  it('a batch is refused, for a call in it would go unbound', async () => {
    const { intercept } = fixture();
    expectRefused(await intercept(eventOf([callOf({})], EVE)), 400, -32600, null);
    expectRefused(await intercept(eventOf([], EVE)), 400, -32600, null);
  });

  it.each([{ a: 1 }, [1], true, null])('an id of %j is not echoed', async (id) => {
    expectRefused(await fixture().intercept(eventOf({ ...callOf({}), id }, {})), 401, -32001, null);
  });
});

describe('fails closed', () => {
  it('when KMS does not sign', async () => {
    const sign = () => Promise.reject(new Error('AccessDenied for key canary'));
    const { intercept, reported } = fixture({ sign });
    const output = await intercept(eventOf(callOf({}), EVE));
    expectRefused(output, 500, -32603);
    expect(JSON.stringify([output, reported])).not.toContain('canary');
  });

  it('when the keys of the issuer cannot be fetched, without blaming the token', async () => {
    const { intercept, reported } = fixture({}, () => Promise.reject(new Error('down')));
    expectRefused(await intercept(eventOf(callOf({}), EVE)), 500, -32603);
    expect(reported).toEqual(['keys_unavailable']);
  });

  it('when the claims are longer than KMS signs', async () => {
    const scopes = (count: number) => Array.from({ length: count }, (_, index) => `hr/scope-${index}`);
    const signed: number[] = [];
    const sign = async (message: string) => {
      signed.push(message.length);
      return hmac(message);
    };
    const verified = (count: number) => ({
      iss: ISSUER,
      sub: 's',
      clientId: 'people',
      scopes: scopes(count),
      claims: {},
      expiresAt: NOW + 60,
    });
    for (const [count, refused] of [
      [100, false],
      [300, true],
    ] as const) {
      const authorizer = { authorize: async () => ({ ok: true as const, value: verified(count) }) };
      const output = await fixture({ sign, authorizer }).intercept(eventOf(callOf({}), EVE));
      if (refused) expectRefused(output, 500, -32603);
      else expect(bound(output).claims.scopes).toHaveLength(100);
    }
    expect(signed).toHaveLength(1);
    expect(signed[0]).toBeLessThanOrEqual(MAX_MAC_MESSAGE_BYTES);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'x'],
    ['no envelope', callOf({})],
    ['another version', { ...eventOf(callOf({}), EVE), interceptorInputVersion: '2.0' }],
    ['no request', { interceptorInputVersion: '1.0', mcp: {} }],
    [
      'headers that are lists',
      {
        interceptorInputVersion: '1.0',
        mcp: {
          gatewayRequest: { path: '', httpMethod: '', headers: { Authorization: ['x'] }, body: callOf({}) },
        },
      },
    ],
  ])('on an envelope that is %s', async (_, event) => {
    const { intercept, reported } = fixture();
    expectRefused(await intercept(event), 500, -32603, null);
    expect(reported).toEqual(['envelope']);
  });
});

describe('everything else goes on as it is, without a token', () => {
  it.each<[unknown]>([
    [{ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18' } }],
    [{ jsonrpc: '2.0', id: 2, method: 'tools/list', params: { cursor: 'x' } }],
    [{ jsonrpc: '2.0', method: 'notifications/initialized' }],
    [{ jsonrpc: '2.0', id: 3, method: 'Tools/Call', params: { name: 'x', arguments: { caller: 'y' } } }],
    [{ jsonrpc: '2.0', id: 4, METHOD: 'tools/call', params: {} }],
    [{ jsonrpc: '2.0', id: 5, result: {} }],
    [null],
    ['text'],
  ])('%j', async (body) => {
    const output = await fixture().intercept(eventOf(body));
    expect(output.mcp).toEqual({ transformedGatewayRequest: { body } });
    expect(output.mcp.transformedGatewayRequest?.body).toBe(body);
  });
});
