/** Who comes in, by which address, and what the refusal looks like. */
import { decisionRecord } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import {
  createWorld,
  DEVELOPER,
  ENDPOINT,
  foreignKey,
  GATEWAY_ARN,
  GATEWAY_ID,
  ISSUER,
  lambdaTarget,
  MANAGER,
  MCP_PATH,
  mint,
  NOW,
  REPORT,
  type Sent,
} from './support.ts';

const METADATA_URL = `${ENDPOINT}/.well-known/oauth-protected-resource${MCP_PATH}`;
const CHALLENGE = (error: string) =>
  `Bearer error="${error}", scope="hr/invoke", resource_metadata="${METADATA_URL}"`;
const GOOD_CALL = { name: REPORT, arguments: { title: 'x' } };

describe('authentication', () => {
  it.each<readonly [id: string, sent: Sent, status: number, reason: string, error: string]>([
    ['BX-01 no credential', { token: null }, 401, 'missing_token', 'invalid_token'],
    ['BX-02 an empty bearer', { token: '' }, 401, 'malformed_token', 'invalid_token'],
    ['BX-02 "undefined"', { token: 'undefined' }, 401, 'malformed_token', 'invalid_token'],
    [
      'BX-03 the token in the query',
      { token: null, search: `access_token=${MANAGER}` },
      401,
      'missing_token',
      'invalid_token',
    ],
    [
      'BX-06 two Authorization headers, the developer first',
      { token: DEVELOPER, headers: ['authorization', `Bearer ${MANAGER}`] },
      400,
      'duplicate_header',
      'invalid_request',
    ],
    [
      'BX-06 two Authorization headers, the manager first',
      { token: MANAGER, headers: ['authorization', `Bearer ${DEVELOPER}`] },
      400,
      'duplicate_header',
      'invalid_request',
    ],
    [
      'BX-07 two tokens in one header',
      { token: `${DEVELOPER}, Bearer ${MANAGER}` },
      401,
      'malformed_token',
      'invalid_token',
    ],
    [
      'BX-08 Basic',
      { token: null, headers: ['Authorization', `Basic ${MANAGER}`] },
      401,
      'missing_token',
      'invalid_token',
    ],
    ['another signing key', { token: mint({}, foreignKey) }, 401, 'signature', 'invalid_token'],
    ['an expired token', { token: mint({ exp: NOW / 1000 - 1 }) }, 401, 'expired', 'invalid_token'],
    [
      'another issuer',
      { token: mint({ iss: 'https://evil.example' }) },
      401,
      'issuer_mismatch',
      'invalid_token',
    ],
    ['another client', { token: mint({ client_id: 'foreign' }) }, 401, 'client_mismatch', 'invalid_token'],
    ['no subject', { token: mint({ sub: undefined }) }, 401, 'subject_missing', 'invalid_token'],
    [
      'no allowed scope',
      { token: mint({ scope: 'hr/read' }) },
      403,
      'insufficient_scope',
      'insufficient_scope',
    ],
  ])('refuses %s, and calls nothing', async (_id, sent, status, reason, error) => {
    const world = createWorld();
    const refused = await world.rpc('tools/call', GOOD_CALL, sent);
    expect(refused.status).toBe(status);
    expect(refused.headers['www-authenticate']).toBe(CHALLENGE(error));
    expect(refused.body).toMatchObject({ jsonrpc: '2.0', id: 0, error: { code: expect.any(Number) } });
    expect(world.calls).toEqual([]);
    expect(world.decisions).toEqual([
      {
        time: new Date(NOW).toISOString(),
        request_id: 'request-1',
        door: 'gateway',
        kind: 'authentication',
        outcome: 'deny',
        reason,
        resource: GATEWAY_ARN,
        latency_ms: 0,
      },
    ]);
    expect((await world.rpc('tools/call', GOOD_CALL)).body.result.isError).toBe(false);
    expect(world.targetCalls()).toHaveLength(1);
  });

  it('accepts the scheme in any case', async () => {
    const world = createWorld();
    const sent = { token: null, headers: ['AUTHORIZATION', `bEARER ${MANAGER}`] };
    expect((await world.rpc('ping', undefined, sent)).body).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  });

  it('looks at the credential before the body', async () => {
    const world = createWorld();
    expect((await world.send({ token: null, body: '{' })).status).toBe(401);
    expect((await world.send({ body: '{' })).status).toBe(400);
  });

  it('BX-16 names the configured address, whatever Host says', async () => {
    const world = createWorld();
    const poisoned = ['Host', 'evil.example', 'X-Forwarded-Host', 'evil.example'];
    const refused = await world.rpc('ping', undefined, { token: null, headers: poisoned });
    expect(refused.headers['www-authenticate']).toBe(CHALLENGE('invalid_token'));
    const metadata = await world.send({
      token: null,
      method: 'GET',
      path: new URL(METADATA_URL).pathname,
      headers: poisoned,
    });
    expect(metadata.text).not.toContain('evil');
  });

  it('lets anybody into a NONE gateway, where an engine then denies them and the lack of one does not', async () => {
    const world = createWorld({ record: { authorizerType: 'NONE' } });
    const denied = await world.rpc('tools/call', GOOD_CALL, { token: null });
    expect(denied.body.error.code).toBe(-32002);
    expect((await world.rpc('tools/list', {}, { token: null })).body.result.tools).toEqual([]);
    expect(world.calls).toEqual([]);
    const free = createWorld({ engine: 'none', record: { authorizerType: 'NONE' } });
    expect((await free.rpc('tools/call', GOOD_CALL, { token: null })).body.result.isError).toBe(false);
    expect(free.decisions[0]).not.toHaveProperty('sub');
  });

  it('asks no MCP server for its tools on behalf of a stranger', async () => {
    const endpoint = 'https://mcp.example/mcp';
    const live = {
      ...lambdaTarget('Live', []),
      targetConfiguration: { mcp: { mcpServer: { endpoint, listingMode: 'DYNAMIC' } } },
    };
    const world = createWorld({ targets: [live] });
    for (const token of [null, mint({}, foreignKey)]) {
      expect((await world.rpc('tools/list', {}, { token })).status).toBe(401);
    }
    expect(world.fetched).not.toContain(endpoint);
    expect((await world.rpc('tools/list')).status).toBe(200);
    expect(world.fetched).toContain(endpoint);
  });

  it('asks the issuer once, and keeps its keys when only a policy changed', async () => {
    const world = createWorld();
    await world.rpc('ping');
    const asked = world.fetched.length;
    expect(asked).toBeGreaterThan(0);
    world.change({ policies: [] });
    await world.rpc('ping');
    expect(world.fetched).toHaveLength(asked);
  });

  it('asks anew when the authorizer changed, and judges by the new one', async () => {
    const world = createWorld();
    expect((await world.rpc('ping')).status).toBe(200);
    world.change({
      record: {
        authorizerConfiguration: {
          customJWTAuthorizer: {
            discoveryUrl: `${ISSUER}/.well-known/openid-configuration`,
            allowedClients: ['another'],
          },
        },
      },
    });
    expect((await world.rpc('ping')).status).toBe(401);
  });

  it('does not let a remembered token outlive its expiry', async () => {
    const world = createWorld();
    expect((await world.rpc('ping')).status).toBe(200);
    world.setTime(NOW + 3600_000);
    expect((await world.rpc('ping')).status).toBe(401);
  });
});

describe('addresses and methods', () => {
  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'HEAD'])(
    'BX-17 answers %s with 405',
    async (method) => {
      const world = createWorld();
      const sent = { method, headers: ['X-HTTP-Method-Override', 'POST'] };
      const refused = await world.rpc('tools/call', GOOD_CALL, sent);
      expect(refused.status).toBe(405);
      expect(refused.headers['allow']).toBe('POST');
      expect(world.calls).toEqual([]);
    },
  );

  it.each([
    `${MCP_PATH}/`,
    `/gateways/${GATEWAY_ID}//mcp`,
    `/gateways/${GATEWAY_ID}/MCP`,
    '/gateways/other-abcdefghij/mcp',
  ])('BX-17 answers POST %s with 404', async (path) => {
    const world = createWorld();
    expect((await world.rpc('tools/call', GOOD_CALL, { path })).status).toBe(404);
    expect(world.calls).toEqual([]);
  });

  it.each([new URL(METADATA_URL).pathname, `/gateways/${GATEWAY_ID}/.well-known/oauth-protected-resource`])(
    'serves the protected resource metadata at %s without a token (RFC 9728)',
    async (path) => {
      const world = createWorld();
      const metadata = await world.send({ token: null, method: 'GET', path });
      expect(metadata.status).toBe(200);
      expect(metadata.headers['content-type']).toBe('application/json');
      expect(metadata.body).toEqual({
        authorization_servers: [ISSUER],
        resource: `${ENDPOINT}${MCP_PATH}`,
        scopes_supported: ['hr/invoke'],
      });
      expect((await world.send({ token: null, method: 'POST', path })).status).toBe(405);
    },
  );

  it('has no metadata where no bearer token is taken', async () => {
    const world = createWorld({ record: { authorizerType: 'NONE' } });
    const path = new URL(METADATA_URL).pathname;
    expect((await world.send({ token: null, method: 'GET', path })).status).toBe(404);
  });

  it('leaves the control plane its paths and asks for no signature on its own', () => {
    const { service } = createWorld();
    const head = (path: string) => ({ method: 'POST', path, search: '', headers: {}, rawHeaders: [] });
    expect(service.matches(head(MCP_PATH))).toBe(true);
    expect(service.signedAs(head(MCP_PATH))).toBeNull();
    for (const path of ['/gateways/', `/gateways/${GATEWAY_ID}/`, `/gateways/${GATEWAY_ID}/targets/`]) {
      expect(service.matches(head(path))).toBe(false);
    }
  });

  it('answers a body over 6 MiB in its own wire form', () => {
    const { service } = createWorld();
    expect(service.bodyLimit).toBe(6 * 1024 * 1024);
    const answer = service.refuse({ kind: 'too_large', message: 'The request body is too large.' }, 'r1');
    expect(answer.status).toBe(413);
    expect(JSON.parse(String(answer.body))).toEqual({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32600, message: 'The request body is too large.' },
    });
    expect(answer.headers?.['x-amzn-requestid']).toBe('r1');
  });

  it('puts the request id on every answer', async () => {
    const world = createWorld();
    const answers = [
      await world.rpc('ping'),
      await world.send({ token: null }),
      await world.send({ path: `${MCP_PATH}/` }),
    ];
    expect(answers.map(({ headers }) => headers['x-amzn-requestid'])).toEqual([
      'request-1',
      'request-2',
      'request-3',
    ]);
  });
});

describe('decision records', () => {
  it('have the shape of the contract, and hold neither token nor argument value', async () => {
    const world = createWorld();
    const canary = 'canary-6f1e';
    await world.rpc('initialize', { protocolVersion: '2025-11-25' });
    await world.rpc('tools/list');
    await world.call(REPORT, { title: canary, extra: canary });
    await world.call('Report___markdown_to_email', { recipient_email: canary }, { token: DEVELOPER });
    await world.rpc('ping', undefined, { token: `${MANAGER}x` });
    expect(world.decisions.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'initialize allow',
      'listing allow',
      'authorization deny',
      'authorization deny',
      'authentication deny',
    ]);
    for (const entry of world.decisions) expect(decisionRecord.parse(entry)).toEqual(entry);
    const log = JSON.stringify(world.decisions);
    expect(log).toContain('sub-maria');
    expect(log).not.toContain(canary);
    for (const part of MANAGER.split('.')) expect(log).not.toContain(part);
  });
});
