import { beforeEach, describe, expect, test } from 'vitest';
import { machineToken, personTokenSource, signIn } from '../src/index.ts';
import { type Answer, bodyOf, nobody, serve } from './support/servers.ts';

const PASSWORD = 'canary-password-0123456789';
const SECRET = 'canary-secret+/%=0123456789';

/** Everything that an error could carry out. */
const everythingOf = (error: unknown): string => {
  const seen: unknown[] = [];
  for (let at = error; at instanceof Error; at = at.cause) seen.push({ ...at }, String(at), at.stack);
  return JSON.stringify(seen);
};

type Asked = { readonly AuthFlow?: string; readonly AuthParameters?: Record<string, string> };

let asked: Asked[] = [];
/** What the user pool answers next: tokens, or an error's type. */
let pool: (asked: Asked) => object | string;
let issued = 0;
beforeEach(() => {
  asked = [];
  issued = 0;
  pool = () => {
    issued += 1;
    return {
      AuthenticationResult: { AccessToken: `token-${issued}`, RefreshToken: 'refresh', ExpiresIn: 3600 },
    };
  };
});

const endpoint = await serve(async (request, response) => {
  const input: Asked = JSON.parse(await bodyOf(request));
  asked.push(input);
  const answered = pool(input);
  const failed = typeof answered === 'string';
  response.writeHead(failed ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(failed ? { __type: answered, message: `no ${PASSWORD}` } : answered));
});
const POOL = { region: 'us-east-1', endpoint, clientId: 'people' };
const flows = () => asked.map(({ AuthFlow }) => AuthFlow);

describe('signing in', () => {
  test('gives tokens and when they end', async () => {
    expect(await signIn(POOL, 'maria', PASSWORD, 1000)).toEqual({
      accessToken: 'token-1',
      refreshToken: 'refresh',
      expiresAt: 3_601_000,
    });
    expect(asked).toEqual([
      expect.objectContaining({
        ClientId: 'people',
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: 'maria', PASSWORD },
      }),
    ]);
  });

  test.each([
    ['NotAuthorizedException', 'sign_in_failed'],
    ['UserNotFoundException', 'sign_in_failed'],
    ['PasswordResetRequiredException', 'challenge_unsupported'],
    ['UserNotConfirmedException', 'challenge_unsupported'],
    ['TooManyRequestsException', 'refused'],
  ])('%s is %s, and repeats nothing that was sent', async (type, code) => {
    pool = () => type;
    const failure = await signIn(POOL, 'maria', PASSWORD, 0).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'ClientError', code });
    expect(everythingOf(failure)).not.toContain(PASSWORD);
  });

  test('a further step is not taken for a token', async () => {
    pool = () => ({ ChallengeName: 'NEW_PASSWORD_REQUIRED', Session: 's' });
    await expect(signIn(POOL, 'maria', PASSWORD, 0)).rejects.toMatchObject({ code: 'challenge_unsupported' });
  });

  test('a pool that cannot be reached is said to be', async () => {
    const gone = { ...POOL, endpoint: await nobody() };
    const failure = await signIn(gone, 'maria', PASSWORD, 0).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'unreachable' });
    expect(everythingOf(failure)).not.toContain(PASSWORD);
  });
});

describe('a source of tokens', () => {
  const HOUR = 3_600_000;
  let now = 0;
  beforeEach(() => {
    now = 0;
  });
  const source = () => personTokenSource(POOL, 'maria', PASSWORD, () => now);

  test('signs in once and gives the same token until a minute before its end', async () => {
    const token = source();
    expect(await token()).toBe('token-1');
    now = HOUR - 60_001;
    expect(await token()).toBe('token-1');
    now = HOUR - 60_000;
    expect(await token()).toBe('token-2');
    expect(flows()).toEqual(['USER_PASSWORD_AUTH', 'REFRESH_TOKEN_AUTH']);
    expect(asked[1]?.AuthParameters).toEqual({ REFRESH_TOKEN: 'refresh' });
  });

  test('keeps the refresh token where the pool gives no new one', async () => {
    const token = source();
    await token();
    pool = () => ({ AuthenticationResult: { AccessToken: 'fresh', ExpiresIn: 3600 } });
    for (const at of [HOUR, 2 * HOUR]) {
      now = at;
      expect(await token()).toBe('fresh');
    }
    expect(flows()).toEqual(['USER_PASSWORD_AUTH', 'REFRESH_TOKEN_AUTH', 'REFRESH_TOKEN_AUTH']);
  });

  test('signs in again where the refresh token is refused', async () => {
    const token = source();
    await token();
    now = HOUR;
    const renewed = pool;
    pool = (input) => (input.AuthFlow === 'REFRESH_TOKEN_AUTH' ? 'NotAuthorizedException' : renewed(input));
    expect(await token()).toBe('token-2');
    expect(flows()).toEqual(['USER_PASSWORD_AUTH', 'REFRESH_TOKEN_AUTH', 'USER_PASSWORD_AUTH']);
  });

  test('asks once for callers at the same time, at the first token and at a refresh', async () => {
    const token = source();
    expect(await Promise.all([token(), token(), token()])).toEqual(['token-1', 'token-1', 'token-1']);
    now = HOUR;
    expect(await Promise.all([token(), token()])).toEqual(['token-2', 'token-2']);
    expect(flows()).toEqual(['USER_PASSWORD_AUTH', 'REFRESH_TOKEN_AUTH']);
  });

  test('does not hold on to a failure', async () => {
    const token = source();
    const good = pool;
    pool = () => 'NotAuthorizedException';
    await expect(token()).rejects.toMatchObject({ code: 'sign_in_failed' });
    pool = good;
    expect(await token()).toBe('token-1');
  });
});

describe('a machine', () => {
  const answering = (status: number, body: unknown): Answer => {
    return (_request, response) => void response.writeHead(status).end(JSON.stringify(body));
  };

  test('asks with its client and secret, percent-encoded first, and the scopes it wants', async () => {
    const seen: unknown[] = [];
    const url = await serve(async (request, response) => {
      seen.push([request.method, request.headers.authorization, await bodyOf(request)]);
      response.end(JSON.stringify({ access_token: 't', expires_in: 3600 }));
    });
    expect(await machineToken(url, 'id:1', SECRET, ['hr/invoke', 'hr/read'])).toBe('t');
    expect(await machineToken(url, 'id:1', SECRET)).toBe('t');
    const basic = `Basic ${Buffer.from(`id%3A1:${encodeURIComponent(SECRET)}`).toString('base64')}`;
    expect(seen).toEqual([
      ['POST', basic, 'grant_type=client_credentials&scope=hr%2Finvoke+hr%2Fread'],
      ['POST', basic, 'grant_type=client_credentials'],
    ]);
  });

  const failures: readonly (readonly [
    id: string,
    code: string,
    message: RegExp,
    url: () => Promise<string>,
  ])[] = [
    [
      'a code of OAuth',
      'refused',
      /refused: invalid_client\.$/,
      () => serve(answering(400, { error: 'invalid_client' })),
    ],
    [
      'a code that repeats what was sent',
      'refused',
      /refused: 400\.$/,
      () => serve(answering(400, { error: SECRET })),
    ],
    [
      'words that repeat what was sent',
      'refused',
      /refused: invalid_scope\.$/,
      () => serve(answering(400, { error: 'invalid_scope', error_description: SECRET })),
    ],
    ['an answer that is none', 'refused', /refused: 200\.$/, () => serve(answering(200, { token: SECRET }))],
    [
      'a token in a refusal',
      'refused',
      /refused: 500\.$/,
      () => serve(answering(500, { access_token: 't', expires_in: 1 })),
    ],
    [
      'no JSON',
      'refused',
      /refused: 502\.$/,
      () => serve((_request, response) => void response.writeHead(502).end(SECRET)),
    ],
    ['nobody who listens', 'unreachable', /cannot be reached/, nobody],
    [
      'a redirect, which would carry the secret away',
      'unreachable',
      /cannot be reached/,
      async () => {
        const other = await serve(answering(200, { access_token: 't', expires_in: 1 }));
        return serve((_request, response) => void response.writeHead(307, { location: other }).end());
      },
    ],
  ];
  test.each(failures)('%s is %s, and no error carries the secret', async (_id, code, message, url) => {
    const failure = await machineToken(await url(), 'id', SECRET).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'ClientError', code, message: expect.stringMatching(message) });
    const spelt = [
      SECRET,
      encodeURIComponent(SECRET),
      Buffer.from(`id:${encodeURIComponent(SECRET)}`).toString('base64'),
    ];
    for (const text of spelt) expect(everythingOf(failure)).not.toContain(text);
  });
});
