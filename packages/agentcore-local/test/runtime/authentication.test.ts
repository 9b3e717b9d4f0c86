import { type Result, SESSION_ID_HEADER } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import type { Caller, EndpointRefusal } from '../../src/ports.ts';
import { TEST_ENDPOINT } from '../processes/support.ts';
import {
  ARN,
  type Ask,
  ask,
  INVOCATIONS,
  jsonOf,
  jwtAuthorizer,
  mint,
  NOW,
  openDoor,
  runtimeRecord,
  sigv4Record,
  textOf,
} from './support.ts';

const door = openDoor();
const METADATA = `${TEST_ENDPOINT}${INVOCATIONS}/.well-known/oauth-protected-resource?qualifier=DEFAULT`;
const CHALLENGE = `Bearer resource_metadata="${METADATA}", scope="hr/invoke"`;
const MISMATCH =
  /^Authorization method mismatch\. The agent is configured for a different authorization method/;
const SIGV4 =
  'AWS4-HMAC-SHA256 Credential=AKIA/20261122/us-east-1/bedrock-agentcore/aws4_request, SignedHeaders=host, Signature=00';

type Refusal = readonly [id: string, Ask, status: number, reason: string];

const refusals: readonly Refusal[] = [
  ['BX-01 no credential', { rawHeaders: [] }, 401, 'missing_token'],
  ['BX-02 empty bearer', { rawHeaders: ['authorization', 'Bearer '] }, 403, 'malformed_token'],
  ['BX-02 bearer of noise', { token: 'null' }, 403, 'malformed_token'],
  ['BX-03 token in the query', { rawHeaders: [], search: `access_token=${mint()}` }, 401, 'missing_token'],
  [
    'BX-06 two Authorization headers',
    { more: ['authorization', `Bearer ${mint({ sub: 'anna' })}`] },
    400,
    'duplicate_header',
  ],
  ['BX-08 another scheme', { rawHeaders: ['authorization', `DPoP ${mint()}`] }, 401, 'missing_token'],
  ['BX-08 an AWS signature', { rawHeaders: ['authorization', SIGV4] }, 403, 'method_mismatch'],
  ['an expired token', { token: mint({ exp: NOW / 1000 }) }, 401, 'expired'],
  ['a token of another client', { token: mint({ client_id: 'manager' }) }, 401, 'client_mismatch'],
  ['a token without the scope', { token: mint({ scope: 'hr/read' }) }, 401, 'insufficient_scope'],
  [
    'a token of another issuer',
    { token: mint({ iss: 'https://elsewhere.example' }) },
    401,
    'issuer_mismatch',
  ],
  ['a token signed by another key', { token: mint({}, 'foreign') }, 401, 'signature'],
];

describe('a runtime with a JWT authorizer', () => {
  it.each(refusals)('%s: refused, logged once, and no agent starts', async (_, options, status, reason) => {
    const refusing = openDoor();
    const request = ask({ do: 'echo' }, options);
    const response = await refusing.service.handle(request);
    expect(response.status).toBe(status);
    expect(response.headers?.['www-authenticate']).toBe(status === 401 ? CHALLENGE : undefined);
    expect(response.headers?.['x-amzn-requestid']).toBe(request.requestId);
    expect(refusing.decisions).toMatchObject([
      { kind: 'authentication', outcome: 'deny', reason, resource: ARN, request_id: request.requestId },
    ]);
    expect(refusing.processCount()).toBe(0);
  });

  it('the control twin of all: a good token is let in, and logged with its subject', async () => {
    const request = ask({ do: 'echo' });
    const response = await door.service.handle(request);
    expect(response.status).toBe(200);
    expect(door.decisions.filter((each) => each.request_id === request.requestId)).toMatchObject([
      {
        outcome: 'allow',
        reason: 'authenticated',
        resource: ARN,
        sub: 'eve',
        client_id: 'people',
        iss: expect.any(String),
      },
    ]);
  });

  it('the texts are those seen live', async () => {
    const messageOf = async (options: Ask) => {
      const body = await jsonOf(await door.service.handle(ask({}, options)));
      return body.error?.message ?? body.message;
    };
    expect(await messageOf({ rawHeaders: [] })).toBe('Missing Authentication Token');
    expect(await messageOf({ token: 'x' })).toBe('OAuth authorization failed: Failed to parse token');
    expect(await messageOf({ rawHeaders: ['authorization', SIGV4] })).toMatch(MISMATCH);
    expect(await messageOf({ token: mint({ client_id: 'x' }) })).toBe(
      "Claim 'client_id' value mismatch with configuration.",
    );
  });

  it('a refusal names no token and no claim', async () => {
    for (const [, options] of refusals) {
      const text = await textOf(await door.service.handle(ask({}, options)));
      expect(text).not.toMatch(/eyJ|elsewhere|anna|manager|AKIA/);
    }
    expect(JSON.stringify(door.decisions)).not.toMatch(/eyJ|AKIA/);
  });

  it('BX-16 the challenge names the configured endpoint, whatever Host says', async () => {
    const rawHeaders = ['host', 'evil.example', 'x-forwarded-host', 'evil.example'];
    const response = await door.service.handle(ask({}, { rawHeaders }));
    expect(response.headers?.['www-authenticate']).toBe(CHALLENGE);
  });

  it('a changed authorizer holds for the next request', async () => {
    const changing = openDoor();
    expect((await changing.service.handle(ask({ do: 'echo' }))).status).toBe(200);
    const narrower = {
      ...(jwtAuthorizer as { customJWTAuthorizer: object }).customJWTAuthorizer,
      allowedClients: ['other'],
    };
    changing.record = runtimeRecord({ authorizerConfiguration: { customJWTAuthorizer: narrower } });
    expect((await changing.service.handle(ask({ do: 'echo' }))).status).toBe(401);
    changing.record = runtimeRecord();
    expect((await changing.service.handle(ask({ do: 'echo' }))).status).toBe(200);
  });
});

describe('a runtime that takes AWS signatures', () => {
  const caller: Caller = { arn: 'arn:aws:iam::000000000000:user/operator', accessKeyId: 'LOCALKEY' };
  const verified = (result: Result<Caller, EndpointRefusal>, asked: string[] = []) =>
    openDoor(sigv4Record(), {
      verifySignature: async (_head, _body, service) => {
        asked.push(service);
        return result;
      },
    });
  const signed = { rawHeaders: ['authorization', SIGV4] };

  it('a bearer token is refused with the same words, without a challenge of OAuth', async () => {
    const sigv4 = verified({ ok: true, value: caller });
    const response = await sigv4.service.handle(ask({ do: 'echo' }));
    expect(response.status).toBe(403);
    expect(response.headers).not.toHaveProperty('www-authenticate');
    expect((await jsonOf(response)).message).toMatch(MISMATCH);
    expect(sigv4.decisions).toMatchObject([{ outcome: 'deny', reason: 'method_mismatch' }]);
  });

  it('a signature that holds is let in as its caller', async () => {
    const asked: string[] = [];
    const sigv4 = verified({ ok: true, value: caller }, asked);
    expect((await sigv4.service.handle(ask({ do: 'echo' }, signed))).status).toBe(200);
    expect(asked).toEqual(['bedrock-agentcore']);
    expect(sigv4.decisions).toMatchObject([{ outcome: 'allow', sub: caller.arn }]);
  });

  it.each(['unsigned', 'bad_signature', 'expired_signature', 'bad_request'] as const)(
    '%s is refused',
    async (kind) => {
      const sigv4 = verified({ ok: false, error: { kind, message: 'canary' } });
      const response = await sigv4.service.handle(ask({ do: 'echo' }, signed));
      expect(response.status).toBe(403);
      expect(await textOf(response)).not.toContain('canary');
      expect(sigv4.decisions).toMatchObject([{ outcome: 'deny', reason: kind }]);
    },
  );

  it('Authorization never reaches the agent, allow-listed or not', async () => {
    const response = await verified({ ok: true, value: caller }).service.handle(ask({ do: 'echo' }, signed));
    expect((await jsonOf(response)).headers).not.toHaveProperty('authorization');
  });

  it('has no protected resource metadata', async () => {
    const path = `${INVOCATIONS}/.well-known/oauth-protected-resource`;
    const request = ask({}, { method: 'GET', path, rawHeaders: [] });
    expect((await openDoor(sigv4Record()).service.handle(request)).status).toBe(404);
  });
});

describe('protected resource metadata (RFC 9728)', () => {
  it('is served without a token and names issuer, resource and scopes', async () => {
    const path = `${INVOCATIONS}/.well-known/oauth-protected-resource`;
    const response = await door.service.handle(
      ask({}, { method: 'GET', path, rawHeaders: ['host', 'evil.example'] }),
    );
    expect(response.status).toBe(200);
    expect(await jsonOf(response)).toEqual({
      authorization_servers: [`${TEST_ENDPOINT}/us-east-1_hr`],
      resource: `${TEST_ENDPOINT}${INVOCATIONS}?qualifier=DEFAULT`,
      scopes_supported: ['hr/invoke'],
    });
  });
});

describe('addresses', () => {
  const once = encodeURIComponent(ARN);
  const notFound: readonly (readonly [string, Ask])[] = [
    ['BX-17 another method', { method: 'GET' }],
    ['BX-17 OPTIONS', { method: 'OPTIONS' }],
    ['BX-17 a final slash', { path: `${INVOCATIONS}/` }],
    ['BX-17 two slashes', { path: `//runtimes/${once}/invocations` }],
    ['BX-17 a dot segment', { path: `/runtimes/${once}/./invocations` }],
    ['BX-17 another case', { path: `/runtimes/${once}/INVOCATIONS` }],
    ['BX-17 a parameter', { path: `${INVOCATIONS};x` }],
    ['BX-18 encoded twice', { path: `/runtimes/${encodeURIComponent(once)}/invocations` }],
    ['BX-18 not encoded', { path: `/runtimes/${ARN}/invocations` }],
    ['BX-18 half encoded', { path: `/runtimes/${ARN.replace('/', '%2F')}/invocations` }],
    ['BX-18 encoded in lower case', { path: `/runtimes/${once.replaceAll('%3A', '%3a')}/invocations` }],
    [
      'BX-18 a letter encoded too',
      { path: `/runtimes/${once.replace('hr_agent', '%68r_agent')}/invocations` },
    ],
    ['BX-18 a step up', { path: `/runtimes/${once}%2F..%2Fother-abcdefghij/invocations` }],
    ['BX-18 an encoding that is none', { path: '/runtimes/arn%3Aaws%E0%A4/invocations' }],
    ['RT-16 commands', { path: `/runtimes/${once}/commands` }],
    ['RT-16 shells', { method: 'GET', path: `/runtimes/${once}/ws/shells` }],
    [
      'an unknown runtime',
      { path: `/runtimes/${encodeURIComponent(ARN.replace('abc', 'xyz'))}/invocations` },
    ],
    ['an unknown qualifier', { search: 'qualifier=PROD' }],
    ['an empty qualifier', { search: 'qualifier=' }],
  ];

  it.each(notFound)('%s: 404, whatever the token', async (_, options) => {
    const request = ask({ do: 'echo' }, options);
    expect(door.service.matches(request)).toBe(true);
    const response = await door.service.handle(request);
    expect(response.status).toBe(404);
    expect(response.headers?.['x-amzn-errortype']).toBe('ResourceNotFoundException');
    expect(door.decisions.filter((each) => each.request_id === request.requestId)).toMatchObject([
      { outcome: 'deny' },
    ]);
  });

  it.each([
    ['PROD', 'PROD'],
    // What cannot be a name is not repeated.
    ['%3Cscript%3E', 'DEFAULT'],
  ])('an unknown qualifier %s has the text of the service', async (sent, said) => {
    const response = await door.service.handle(ask({}, { search: `qualifier=${sent}` }));
    expect((await jsonOf(response)).message).toBe(
      `No endpoint or agent found with qualifier '${said}' for agent '${ARN}'`,
    );
  });

  it.each([
    ['two qualifiers', 'qualifier=DEFAULT&qualifier=DEFAULT', 400],
    ['one qualifier', 'qualifier=DEFAULT', 200],
    ['none', '', 200],
  ])('%s', async (_, search, status) => {
    expect((await door.service.handle(ask({ do: 'echo' }, { search }))).status).toBe(status);
  });

  it.each([
    '/runtimes/',
    '/runtimes/hr_agent-abcdefghij/',
    '/runtimes/hr_agent-abcdefghij/runtime-endpoints/',
    '/gateways/',
  ])('%s belongs to the control plane', (path) => {
    expect(door.service.matches(ask({}, { path }))).toBe(false);
  });
});

describe('parameters', () => {
  const CONSTRAINT =
    "1 validation error detected: Value at 'runtimeSessionId' failed to satisfy constraint: Member must";
  it.each([
    ['5 characters', ['abcde'], /have length greater than or equal to 33$/],
    ['empty', [''], /have length greater than or equal to 33$/],
    ['32 characters', ['a'.repeat(32)], /greater than or equal to 33$/],
    ['257 characters', ['a'.repeat(257)], /less than or equal to 256$/],
    ['a character outside the pattern', [`${'a'.repeat(40)}/`], /satisfy regular expression pattern/],
    ['BX-19 two session ids', ['a'.repeat(40), 'b'.repeat(40)], /be sent once$/],
  ])('a session id of %s is refused', async (_, ids, message) => {
    const request = ask(
      { do: 'echo' },
      { session: null, more: ids.flatMap((id) => [SESSION_ID_HEADER, id]) },
    );
    const response = await door.service.handle(request);
    const body = await jsonOf(response);
    expect([response.status, response.headers?.['x-amzn-errortype']]).toEqual([400, 'ValidationException']);
    expect(body.message.startsWith(CONSTRAINT)).toBe(true);
    expect(body.message).toMatch(message);
    expect(door.decisions.at(-1)).toMatchObject({
      outcome: 'deny',
      reason: 'session_id_invalid',
      sub: 'eve',
    });
  });

  it('a stranger is not told whether a session id is valid', async () => {
    const rawHeaders = [SESSION_ID_HEADER, 'abcde'];
    expect((await door.service.handle(ask({}, { rawHeaders }))).status).toBe(401);
  });

  it.each([33, 256])('a session id of %i characters is taken and echoed', async (length) => {
    const session = 'a'.repeat(length);
    const response = await door.service.handle(ask({ do: 'echo' }, { session }));
    expect([response.status, response.headers?.[SESSION_ID_HEADER]]).toEqual([200, session]);
  });

  it('without a session id the service makes one for each request', async () => {
    const ids = new Set<unknown>();
    for (let i = 0; i < 2; i += 1) {
      const response = await door.service.handle(ask({ do: 'echo' }, { session: null }));
      expect(response.headers?.[SESSION_ID_HEADER]).toMatch(/^[0-9a-f-]{36}$/);
      expect((await jsonOf(response)).headers[SESSION_ID_HEADER]).toBe(response.headers?.[SESSION_ID_HEADER]);
      ids.add(response.headers?.[SESSION_ID_HEADER]);
    }
    expect(ids.size).toBe(2);
  });

  it('a body over the limit is 413 ValidationException; the limit is 100,000,000 bytes', () => {
    const response = door.service.refuse({ kind: 'too_large', message: 'too large' }, 'r');
    expect([response.status, response.headers?.['x-amzn-errortype']]).toEqual([413, 'ValidationException']);
    expect(door.service.bodyLimit).toBe(100_000_000);
  });

  it('a large body arrives whole', async () => {
    const body = Buffer.alloc(3_000_000, 'x');
    expect(await jsonOf(await door.service.handle(ask({}, { body })))).toEqual({ length: 3_000_000 });
  });
});
