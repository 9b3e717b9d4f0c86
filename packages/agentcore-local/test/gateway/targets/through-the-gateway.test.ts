/** Targets beyond Lambda behind the whole gateway: what policies, interceptors and the failure rule make of them. */
import { type Json, ok } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import type { TargetRecord } from '../../../src/ports.ts';
import { createWorld, GATEWAY_ID, interceptor, MANAGER, permit, policy, type World } from '../support.ts';
import { api, openApi, target } from './support.ts';

const PAY = 'Api___pay';
const KEY = 'CANARY-key';

const DOCUMENT = api({
  '/payments': {
    post: {
      operationId: 'pay',
      description: 'Pays.',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['amount'],
              properties: { amount: { type: 'number' }, to: { type: 'string' } },
            },
          },
        },
      },
    },
  },
});

const apiKey = {
  credentialProviderType: 'API_KEY',
  credentialProvider: {
    apiKeyCredentialProvider: { providerArn: 'arn:key', credentialLocation: 'QUERY_PARAMETER' },
  },
};
const consent = {
  credentialProviderType: 'OAUTH',
  credentialProvider: {
    oauthCredentialProvider: {
      providerArn: 'arn:p',
      scopes: [],
      grantType: 'AUTHORIZATION_CODE',
      defaultReturnUrl: 'https://app.example.com',
    },
  },
};

type Sent = { readonly url: string; readonly headers: Headers; readonly body: string };

/** A gateway whose one target is an API in memory. */
function payments(
  given: World & {
    readonly credential?: unknown;
    readonly metadata?: unknown;
    readonly answer?: () => Response;
    readonly record?: World['record'];
  } = {},
) {
  const sent: Sent[] = [];
  const { credential = apiKey, metadata, answer = () => Response.json({ paid: true }), ...world } = given;
  const made = createWorld({
    targets: [{ ...openApi(DOCUMENT, { credential, metadata }), gatewayId: GATEWAY_ID }],
    policies: [],
    outside: {
      async fetch(input, init) {
        sent.push({ url: String(input), headers: new Headers(init?.headers), body: String(init?.body) });
        return answer();
      },
      vault: {
        apiKey: async () => ok(KEY),
        oauth2Token: async () =>
          ok({ kind: 'consent', authorizationUrl: 'https://idp.example.com/?r=1', sessionUri: 'u' }),
      },
      workloadTokens: { issue: (name) => `token of ${name}` },
    },
    ...world,
  });
  return { ...made, sent };
}

describe('a policy engine', () => {
  it('OB-18: keeps the tools of a target that nobody permits unlisted, uncalled and uncontacted', async () => {
    const { rpc, call, sent } = payments();
    expect((await rpc('tools/list')).body.result.tools).toEqual([]);
    expect((await call(PAY, { amount: 1 })).body.error.code).toBe(-32002);
    expect(sent).toEqual([]);
  });

  it('decides on the arguments of an operation', async () => {
    const small = permit(PAY, ' when { context.input.amount.lessThan(decimal("100.0")) }');
    const { rpc, call, sent } = payments({ policies: [policy('small', small)] });
    expect((await rpc('tools/list')).body.result.tools.map(({ name }) => name)).toEqual([PAY]);
    expect((await call(PAY, { amount: 100 })).body.error.code).toBe(-32002);
    expect(sent).toEqual([]);
    const paid = await call(PAY, { amount: 99.5, to: 'x' });
    expect(JSON.parse(paid.body.result.content[0].text)).toEqual({ paid: true });
    expect(sent.map(({ body }) => body)).toEqual(['{"amount":99.5,"to":"x"}']);
  });

  it('is asked before arguments are checked, and the check before the API', async () => {
    const { call, sent } = payments({ policies: [policy('all', permit(PAY))] });
    expect((await call(PAY, { to: 'x' })).body.result.content[0].text).toMatch(
      /Missing required field\(s\): 'amount'/,
    );
    expect(sent).toEqual([]);
  });
});

describe('a failing API', () => {
  const failing = { engine: 'none', answer: () => new Response(KEY, { status: 500 }) } as const;

  it('is an internal error to the caller', async () => {
    const { call, sent } = payments(failing);
    expect((await call(PAY, { amount: 1 })).body.result).toEqual({
      content: [{ type: 'text', text: 'An internal error occurred. Please retry later.' }],
      isError: true,
    });
    expect(sent).toHaveLength(1);
  });

  it('is named with DEBUG, without key or body', async () => {
    const { call, decisions, errors, sent } = payments({ ...failing, record: { exceptionLevel: 'DEBUG' } });
    const answer = await call(PAY, { amount: 1 });
    expect(answer.body.result.content[0].text).toBe('The API answered with status 500.');
    expect(sent[0]?.url).toContain(KEY);
    expect(decisions.length).toBeGreaterThan(0);
    expect(JSON.stringify([answer, decisions, errors])).not.toContain('CANARY');
  });
});

it('a missing consent reaches the client without DEBUG too', async () => {
  const { call, sent } = payments({ engine: 'none', credential: consent });
  expect((await call(PAY, { amount: 1 })).body.error).toMatchObject({
    code: -32042,
    data: { elicitations: [{ mode: 'url', url: 'https://idp.example.com/?r=1' }] },
  });
  expect(sent).toEqual([]);
});

describe('an interceptor', () => {
  const setting = (headers: Readonly<Record<string, string>>): World => ({
    engine: 'none',
    record: { interceptorConfigurations: [interceptor(['REQUEST'], true)], exceptionLevel: 'DEBUG' },
    lambdas: {
      'arn:REQUEST': (event) => {
        const { mcp } = event as { mcp: { gatewayRequest: { body: Json } } };
        return {
          ok: true,
          payload: {
            interceptorOutputVersion: '1.0',
            mcp: { transformedGatewayRequest: { headers, body: mcp.gatewayRequest.body } },
          },
        };
      },
    },
  });

  it('IC-08 signs in instead of the vault, and changes only what is let through', async () => {
    const headers = { Authorization: 'Bearer exchanged', 'X-Tenant': 'set', 'X-Other': 'set' };
    const { call, sent } = payments({
      ...setting(headers),
      metadata: { allowedRequestHeaders: ['X-Tenant'] },
    });
    await call(PAY, { amount: 1 }, { headers: ['X-Tenant', 'client'] });
    expect(sent).toHaveLength(1);
    expect(Object.fromEntries(sent[0]?.headers ?? [])).toEqual({
      authorization: 'Bearer exchanged',
      'x-tenant': 'set',
      accept: 'application/json',
      'content-type': 'application/json',
    });
  });

  it("IC-08 cannot hand on the caller's own token", async () => {
    const { call, sent } = payments(setting({ authorization: `Bearer ${MANAGER}` }));
    const answer = await call(PAY, { amount: 1 });
    expect(answer.body.result.content[0].text).toMatch(/handed on the caller's own token/);
    expect(sent).toEqual([]);
  });
});

it('response headers that are let through reach the client, others do not', async () => {
  const answer = () => Response.json({}, { headers: { 'x-page': '2', 'x-secret': '3' } });
  const { call } = payments({ engine: 'none', answer, metadata: { allowedResponseHeaders: ['X-Page'] } });
  const { headers } = await call(PAY, { amount: 1 });
  expect(headers['x-page']).toBe('2');
  expect(headers['x-secret']).toBeUndefined();
});

describe('a DYNAMIC MCP server', () => {
  const tool = (name: string): Json => ({
    name,
    description: 'd',
    inputSchema: { type: 'object', properties: {} },
  });

  function dynamic(policies: World['policies']) {
    let tools: readonly Json[] = [tool('one')];
    const methods: string[] = [];
    const record: TargetRecord = target({
      mcpServer: { endpoint: 'https://mcp.example.com/mcp', listingMode: 'DYNAMIC' },
    });
    const world = createWorld({
      targets: [{ ...record, gatewayId: GATEWAY_ID }],
      ...(policies === undefined ? { engine: 'none' } : { policies }),
      outside: {
        async fetch(_input, init) {
          const { id, method } = JSON.parse(String(init?.body));
          methods.push(method);
          if (id === undefined) return new Response(null, { status: 202 });
          const result =
            method === 'initialize'
              ? { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: {} }
              : method === 'tools/list'
                ? { tools }
                : { content: [{ type: 'text', text: 'done' }], isError: false };
          return Response.json({ jsonrpc: '2.0', id, result });
        },
      },
    });
    const names = async () => (await world.rpc('tools/list')).body.result.tools.map(({ name }) => name);
    return {
      ...world,
      names,
      methods,
      offer: (next: readonly Json[]) => {
        tools = next;
      },
    };
  }

  it('is listed as it is now, and called', async () => {
    const { names, call, offer, setTime, methods } = dynamic(undefined);
    expect(await names()).toEqual(['Api___one']);
    offer([tool('one'), tool('two')]);
    expect(await names()).toEqual(['Api___one']);
    setTime(Date.parse('2026-11-02T10:00:06Z'));
    expect(await names()).toEqual(['Api___one', 'Api___two']);
    expect((await call('Api___two', {})).body.result.content[0].text).toBe('done');
    expect(methods.filter((method) => method === 'tools/list')).toHaveLength(2);
  });

  it('brings no tool past the policies', async () => {
    const { names, call, offer, setTime, methods } = dynamic([policy('one', permit('Api___one'))]);
    expect(await names()).toEqual(['Api___one']);
    offer([tool('one'), tool('evil')]);
    setTime(Date.parse('2026-11-02T10:00:06Z'));
    expect(await names()).toEqual(['Api___one']);
    expect((await call('Api___evil', {})).body.error.code).toBe(-32002);
    expect(methods).not.toContain('tools/call');
    expect((await call('Api___one', {})).body.result.isError).toBe(false);
  });

  it('has no tools while its list is not accepted, and the gateway goes on', async () => {
    const { names, offer, setTime, errors } = dynamic(undefined);
    await names();
    offer([tool('same'), tool('same')]);
    setTime(Date.parse('2026-11-02T10:00:06Z'));
    expect(await names()).toEqual([]);
    expect(errors).toEqual(['target Api: Error: the MCP server has tool same twice']);
  });
});
