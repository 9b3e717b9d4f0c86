/** REQUEST and RESPONSE interceptors: their envelopes, what they may change, and that their failure lets nothing pass. */
import type { Json } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import {
  createWorld,
  DEVELOPER,
  interceptor,
  type LambdaFake,
  MAIL,
  MANAGER,
  REPORT,
  returns,
  type World,
} from './support.ts';

const REQUEST_ARN = 'arn:REQUEST';
const RESPONSE_ARN = 'arn:RESPONSE';

const output = (mcp: Json): Json => ({ interceptorOutputVersion: '1.0', mcp });
const asRequest = (body: Json): Json => output({ transformedGatewayRequest: { body } });
const asResponse = (response: Json): Json => output({ transformedGatewayResponse: response });
const message = (params: Json, more: Readonly<Record<string, Json>> = {}): Json => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params,
  ...more,
});

type JsonObject = { readonly [name: string]: Json };
/** As an interceptor sees it. `gatewayResponse` is there at the RESPONSE point only. */
type Envelope = {
  readonly gatewayRequest: {
    readonly body: JsonObject & { readonly params: JsonObject & { readonly arguments: JsonObject } };
  };
  readonly gatewayResponse: JsonObject & { readonly body: JsonObject };
};
const mcpOf = (event: Json): Envelope => Object(event).mcp;

const passRequest: LambdaFake = (event) => ({
  ok: true,
  payload: asRequest(mcpOf(event).gatewayRequest.body),
});
const passResponse: LambdaFake = (event) => ({ ok: true, payload: asResponse(mcpOf(event).gatewayResponse) });

const atRequest = (fake: LambdaFake, passRequestHeaders = false): World => ({
  record: { interceptorConfigurations: [interceptor(['REQUEST'], passRequestHeaders)] },
  lambdas: { [REQUEST_ARN]: fake },
});
const atResponse = (fake: LambdaFake, passRequestHeaders = false): World => ({
  record: { interceptorConfigurations: [interceptor(['RESPONSE'], passRequestHeaders)] },
  lambdas: { [RESPONSE_ARN]: fake, 'arn:Report': returns({ salary: 'secret-4711' }) },
});
const atBoth = (request: LambdaFake, response: LambdaFake): World => ({
  record: { interceptorConfigurations: [interceptor(['REQUEST']), interceptor(['RESPONSE'])] },
  lambdas: { [REQUEST_ARN]: request, [RESPONSE_ARN]: response },
});

const GENERIC = {
  jsonrpc: '2.0',
  id: 1,
  error: { code: -32603, message: 'An internal error occurred. Please retry later.' },
};

describe('REQUEST interceptor', () => {
  it('is shown the raw text, the parsed message and, if so configured, the headers', async () => {
    const body = '{"jsonrpc":"2.0", "id":7,"method":"tools/list"}';
    const world = createWorld(atRequest(passRequest, true));
    expect((await world.send({ body, headers: ['X-Tenant', 'a'] })).status).toBe(200);
    expect(world.calls).toEqual([
      {
        arn: REQUEST_ARN,
        clientContext: undefined,
        event: {
          interceptorInputVersion: '1.0',
          mcp: {
            rawGatewayRequest: { body },
            gatewayRequest: {
              path: '/mcp',
              httpMethod: 'POST',
              headers: {
                authorization: `Bearer ${MANAGER}`,
                'content-type': 'application/json',
                'x-tenant': 'a',
              },
              body: { jsonrpc: '2.0', id: 7, method: 'tools/list' },
            },
          },
        },
      },
    ]);
  });

  it('is not shown headers unless told', async () => {
    const world = createWorld(atRequest(passRequest));
    await world.rpc('tools/list');
    expect(mcpOf(world.calls[0]?.event ?? null).gatewayRequest).not.toHaveProperty('headers');
    expect(JSON.stringify(world.calls)).not.toContain(MANAGER);
  });

  it.each(['initialize', 'ping', 'tools/list', 'tools/call', 'resources/list'])(
    'runs for %s',
    async (method) => {
      const world = createWorld(atBoth(passRequest, passResponse));
      await world.rpc(method, { protocolVersion: '2025-11-25', name: REPORT, arguments: { title: 'x' } });
      expect(world.calls.map(({ arn }) => arn).filter((arn) => arn !== 'arn:Report')).toEqual([
        REQUEST_ARN,
        RESPONSE_ARN,
      ]);
    },
  );

  it('does not run before the caller is known, nor for a body that is no message, nor for a notification', async () => {
    const world = createWorld(atBoth(passRequest, passResponse));
    await world.rpc('tools/list', {}, { token: null });
    await world.send({ body: '[]' });
    await world.send({ body: { jsonrpc: '2.0', method: 'notifications/initialized' } });
    expect(world.calls).toEqual([]);
  });

  it.each<readonly [id: string, fake: LambdaFake]>([
    ['throws', () => ({ ok: false, error: 'Unhandled', message: 'boom' })],
    ['takes too long', () => ({ ok: false, error: 'Timeout', message: '3 s' })],
    ['is not there', () => ({ ok: false, error: 'NotFound', message: REQUEST_ARN })],
    ['cannot be reached', () => Promise.reject(new Error('down'))],
    ['returns null', returns(null)],
    ['returns {}', returns({})],
    ['returns a text', returns('ok')],
    [
      'returns version 2.0',
      returns({
        interceptorOutputVersion: '2.0',
        mcp: { transformedGatewayRequest: { body: message({ name: REPORT, arguments: { title: 'x' } }) } },
      }),
    ],
    ['returns neither request nor response', returns(output({}))],
    ['returns a request without a body', returns(output({ transformedGatewayRequest: {} }))],
    ['returns a body of null', returns(asRequest(null))],
    ['returns a body that is a text', returns(asRequest('{}'))],
    ['returns a batch', returns(asRequest([message({ name: REPORT, arguments: { title: 'x' } })]))],
    ['changes the method', returns(asRequest({ jsonrpc: '2.0', id: 1, method: 'tools/list' }))],
    ['changes the id', returns(asRequest(message({ name: REPORT, arguments: { title: 'x' } }, { id: 2 })))],
    [
      'changes the type of the id',
      returns(asRequest(message({ name: REPORT, arguments: { title: 'x' } }, { id: '1' }))),
    ],
    ['drops the id', returns(asRequest({ jsonrpc: '2.0', method: 'tools/call', params: {} }))],
    ['answers with a status that ends nothing', returns(asResponse({ statusCode: 100, body: {} }))],
    ['makes a notification of it', returns(asRequest({ jsonrpc: '2.0', method: 'notifications/x' }))],
  ])('IC-01 that %s has the call refused', async (_id, fake) => {
    const world = createWorld(atRequest(fake));
    const refused = await world.call(REPORT, { title: 'x' });
    expect(refused.status).toBe(200);
    expect(refused.body).toEqual(GENERIC);
    expect(world.targetCalls()).toEqual([]);
    expect(world.decisions).toMatchObject([
      {
        kind: 'authorization',
        outcome: 'deny',
        reason: 'request_interceptor_failed',
        tool: REPORT,
        sub: 'sub-maria',
      },
    ]);
    const twin = createWorld(atRequest(passRequest));
    expect((await twin.call(REPORT, { title: 'x' })).body.result.isError).toBe(false);
    expect(twin.targetCalls()).toHaveLength(1);
  });

  it('IC-01 that gives both a request and a response has answered', async () => {
    const both = output({
      transformedGatewayRequest: { body: message({ name: REPORT, arguments: { title: 'x' } }) },
      transformedGatewayResponse: {
        statusCode: 403,
        body: { jsonrpc: '2.0', id: 1, error: { code: -1, message: 'no' } },
      },
    });
    const world = createWorld(atRequest(returns(both)));
    const answer = await world.call(REPORT, { title: 'x' });
    expect([answer.status, answer.body.error.message]).toEqual([403, 'no']);
    expect(world.targetCalls()).toEqual([]);
    expect(world.decisions).toMatchObject([{ outcome: 'deny', reason: 'answered_by_request_interceptor' }]);
  });

  it('IC-03 decides on the transformed call, not on the one that was sent', async () => {
    const toMail = asRequest(message({ name: MAIL, arguments: { recipient_email: 'a' } }));
    const world = createWorld(atRequest(returns(toMail)));
    const refused = await world.call(REPORT, { title: 'x' }, { token: DEVELOPER });
    expect(refused.body.error.code).toBe(-32002);
    expect(world.targetCalls()).toEqual([]);
    expect(world.decisions).toMatchObject([{ tool: MAIL, outcome: 'deny', input_keys: ['recipient_email'] }]);

    await world.call(REPORT, { title: 'x' }, { token: MANAGER });
    expect(world.targetCalls()).toMatchObject([{ event: { recipient_email: 'a' } }]);
    expect(world.decisions.at(-1)).toMatchObject({ tool: MAIL, outcome: 'allow' });
  });

  it('IC-03 checks the arguments that it wrote', async () => {
    const world = createWorld(
      atRequest(returns(asRequest(message({ name: REPORT, arguments: { caller: 'c' } })))),
    );
    expect((await world.call(REPORT, { title: 'x' })).body.result.content[0].text).toContain("'title'");
    expect(world.targetCalls()).toEqual([]);
  });

  it('adds the caller, which the target gets', async () => {
    const addCaller: LambdaFake = (event) => {
      const { body } = mcpOf(event).gatewayRequest;
      const args = { ...body.params.arguments, caller: 'signed' };
      return { ok: true, payload: asRequest({ ...body, params: { ...body.params, arguments: args } }) };
    };
    const world = createWorld(atRequest(addCaller));
    await world.call(REPORT, { title: 'x', caller: 'forged' });
    expect(world.targetCalls()).toMatchObject([{ event: { title: 'x', caller: 'signed' } }]);
  });

  it('IC-07 that answers at once is still seen by the RESPONSE interceptor, a body of null too', async () => {
    const world = createWorld(
      atBoth(
        returns(asResponse({ statusCode: 403, headers: { 'X-Why': 'policy' }, body: null })),
        passResponse,
      ),
    );
    const answer = await world.call(REPORT, { title: 'x' });
    expect([answer.status, answer.text, answer.headers['x-why']]).toEqual([403, '', 'policy']);
    expect(world.calls.map(({ arn }) => arn)).toEqual([REQUEST_ARN, RESPONSE_ARN]);
    expect(mcpOf(world.calls[1]?.event ?? null).gatewayResponse).toMatchObject({
      statusCode: 403,
      body: null,
    });
    expect(world.decisions).toMatchObject([
      { kind: 'authorization', outcome: 'deny', reason: 'answered_by_request_interceptor', tool: REPORT },
    ]);
  });
});

describe('headers that the REQUEST interceptor sets', () => {
  const withHeaders = (headers: Json): LambdaFake => {
    return (event) => {
      const { body } = mcpOf(event).gatewayRequest;
      return { ok: true, payload: output({ transformedGatewayRequest: { headers, body } }) };
    };
  };

  it.each<readonly [id: string, headers: Json]>([
    ['a line break in a value', { 'X-Tenant': 'a\r\nAuthorization: Bearer stolen' }],
    ['a space in a name', { 'X Tenant': 'a' }],
    ['an empty name', { '': 'a' }],
    ['a value beyond ASCII', { 'X-Tenant': 'ä' }],
    ['a value that is no text', { 'X-Tenant': 5 }],
  ])('refuses the call for %s', async (_id, headers) => {
    const world = createWorld(atRequest(withHeaders(headers)));
    expect((await world.call(REPORT, { title: 'x' })).body).toEqual(GENERIC);
    expect(world.targetCalls()).toEqual([]);
    expect(world.decisions).toMatchObject([{ outcome: 'deny', reason: 'request_interceptor_failed' }]);
    const twin = createWorld(atRequest(withHeaders({ 'X-Tenant': 'a' })));
    expect((await twin.call(REPORT, { title: 'x' })).body.result.isError).toBe(false);
  });
});

describe('an interceptor that does not answer', () => {
  const never: LambdaFake = () => new Promise(() => {});
  const behaviour = { interceptorTimeoutMs: 20 };

  it('IC-01 at the REQUEST point: the call is refused, and the next one served', async () => {
    let hangs = true;
    const fake: LambdaFake = (event, context) => (hangs ? never : passRequest)(event, context);
    const world = createWorld({ ...atRequest(fake), behaviour });
    expect((await world.call(REPORT, { title: 'x' })).body).toEqual(GENERIC);
    expect(world.targetCalls()).toEqual([]);
    expect(world.errors).toEqual(['REQUEST interceptor: Error: no answer within 20 ms']);
    hangs = false;
    expect((await world.call(REPORT, { title: 'x' })).body.result.isError).toBe(false);
  });

  it('IC-02 at the RESPONSE point: the answer does not leave', async () => {
    const world = createWorld({ ...atResponse(never), behaviour });
    const answer = await world.call(REPORT, { title: 'x' });
    expect(answer.body).toEqual(GENERIC);
    expect(world.targetCalls()).toHaveLength(1);
  });
});

describe('payloadFilter', () => {
  const filtered = (fake: LambdaFake): World => ({
    ...atResponse(fake),
    record: {
      interceptorConfigurations: [
        {
          interceptor: { lambda: { arn: RESPONSE_ARN } },
          interceptionPoints: ['RESPONSE'],
          inputConfiguration: {
            passRequestHeaders: false,
            payloadFilter: { exclude: [{ field: 'RESPONSE_BODY' }] },
          },
        },
      ],
    },
  });

  it('spares the interceptor the body, which stays where it gives none', async () => {
    const world = createWorld(filtered(returns(asResponse({ headers: { 'X-Seen': 'yes' } }))));
    const answer = await world.call(REPORT, { title: 'x' });
    expect(answer.headers['x-seen']).toBe('yes');
    expect(answer.body.result.content[0].text).toBe('{"salary":"secret-4711"}');
    const shown = mcpOf(world.calls.at(-1)?.event ?? null).gatewayResponse;
    expect(shown).toEqual({ statusCode: 200, headers: { 'content-type': 'application/json' } });
  });

  it('takes the body that it gives all the same', async () => {
    const world = createWorld(filtered(returns(asResponse({ body: { replaced: true } }))));
    expect((await world.call(REPORT, { title: 'x' })).body).toEqual({ replaced: true });
  });

  it.each<readonly [id: string, fake: LambdaFake]>([
    ['throws', () => ({ ok: false, error: 'Unhandled', message: 'boom' })],
    ['returns {}', returns({})],
    ['returns nothing transformed', returns(output({}))],
    ['returns a status that ends nothing', returns(asResponse({ statusCode: 101 }))],
  ])('IC-02 one that %s lets nothing out', async (_id, fake) => {
    const answer = await createWorld(filtered(fake)).call(REPORT, { title: 'x' });
    expect(answer.body).toEqual(GENERIC);
  });
});

describe('RESPONSE interceptor', () => {
  it('is shown request and response, and replaces the body', async () => {
    const redact: LambdaFake = (event) => {
      const { body } = mcpOf(event).gatewayResponse;
      return {
        ok: true,
        payload: asResponse({ statusCode: 200, body: { ...body, result: { content: [], isError: false } } }),
      };
    };
    const world = createWorld(atResponse(redact));
    const answer = await world.call(REPORT, { title: 'x' });
    expect(answer.body).toEqual({ jsonrpc: '2.0', id: 1, result: { content: [], isError: false } });
    expect(mcpOf(world.calls.at(-1)?.event ?? null)).toMatchObject({
      gatewayRequest: { path: '/mcp', body: message({ name: REPORT, arguments: { title: 'x' } }) },
      gatewayResponse: {
        statusCode: 200,
        headers: { 'content-type': 'application/json' },
        body: { jsonrpc: '2.0', id: 1, result: { isError: false } },
      },
    });
  });

  it.each<readonly [id: string, fake: LambdaFake]>([
    ['throws', () => ({ ok: false, error: 'Unhandled', message: 'secret-4711' })],
    ['takes too long', () => ({ ok: false, error: 'Timeout', message: '3 s' })],
    ['cannot be reached', () => Promise.reject(new Error('secret-4711'))],
    ['returns null', returns(null)],
    ['returns {}', returns({})],
    [
      'returns version 2.0',
      returns({ interceptorOutputVersion: '2.0', mcp: { transformedGatewayResponse: { body: {} } } }),
    ],
    ['returns nothing transformed', returns(output({}))],
    ['returns a request', returns(asRequest(message({})))],
    ['returns a response without a body', returns(asResponse({ statusCode: 200 }))],
    ['returns a status that is none', returns(asResponse({ statusCode: 42, body: {} }))],
    ['returns a status that ends nothing', returns(asResponse({ statusCode: 101, body: {} }))],
  ])('IC-02 that %s lets nothing of the answer out', async (_id, fake) => {
    const world = createWorld(atResponse(fake));
    const answer = await world.call(REPORT, { title: 'x' });
    expect(answer.body).toEqual(GENERIC);
    expect(answer.text).not.toContain('secret-4711');
    expect(world.targetCalls()).toHaveLength(1);
    expect(world.errors.length).toBeLessThanOrEqual(1);
    const twin = createWorld(atResponse(passResponse));
    expect((await twin.call(REPORT, { title: 'x' })).text).toContain('secret-4711');
  });

  it('redacts lists: what it removes from a schema is not listed', async () => {
    const strip: LambdaFake = (event) => {
      const { gatewayResponse } = mcpOf(event);
      const text = JSON.stringify(gatewayResponse).replaceAll(/,?"caller":\{[^}]*\}/g, '');
      return { ok: true, payload: asResponse(JSON.parse(text)) };
    };
    const { tools } = (await createWorld(atResponse(strip)).rpc('tools/list')).body.result;
    expect(tools).toHaveLength(2);
    expect(JSON.stringify(tools)).not.toContain('caller');
  });

  it('sees a denial too', async () => {
    const world = createWorld(atResponse(passResponse));
    expect((await world.call(MAIL, { recipient_email: 'a' }, { token: DEVELOPER })).body.error.code).toBe(
      -32002,
    );
    expect(world.calls.map(({ arn }) => arn)).toEqual([RESPONSE_ARN]);
  });

  it('sets headers, but not those of the server', async () => {
    const headers = {
      'X-Extra': 'yes',
      'Content-Length': '1',
      'Transfer-Encoding': 'chunked',
      'content-type': 'text/html',
      'x-amzn-requestid': 'forged',
      'X-Split': 'a\r\nset-cookie: b',
      'bad name': 'x',
    };
    const world = createWorld(atResponse(returns(asResponse({ headers, body: {} }))));
    expect((await world.call(REPORT, { title: 'x' })).headers).toEqual({
      'x-extra': 'yes',
      'content-type': 'application/json',
      'x-amzn-requestid': 'request-1',
    });
  });

  it('may be one function with the REQUEST interceptor', async () => {
    const one: LambdaFake = (event, context) =>
      'gatewayResponse' in mcpOf(event) ? passResponse(event, context) : passRequest(event, context);
    const world = createWorld({
      record: { interceptorConfigurations: [interceptor(['REQUEST', 'RESPONSE'])] },
      lambdas: { 'arn:REQUEST+RESPONSE': one },
    });
    expect((await world.call(REPORT, { title: 'x' })).body.result.isError).toBe(false);
    expect(world.calls.map(({ arn }) => arn)).toEqual([
      'arn:REQUEST+RESPONSE',
      'arn:Report',
      'arn:REQUEST+RESPONSE',
    ]);
  });
});
