/**
 * Clients that nobody here wrote, with the options that they document and no others: `openid-client` signs in, refreshes
 * and revokes; `aws-jwt-verify` reads the tokens.
 */
import { JwtVerifier } from 'aws-jwt-verify';
import { JwtInvalidSignatureError } from 'aws-jwt-verify/error';
import { SimpleFetcher } from 'aws-jwt-verify/https';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  addPerson,
  deploy,
  type Harness,
  PASSWORD,
  peopleClient,
  type Stack,
  startHarness,
} from './harness.ts';

const CALLBACK = 'http://127.0.0.1:7777/callback';
const SIGNED_OUT = 'http://127.0.0.1:7777/bye';

let cognito: Harness;
let stack: Stack;
let people: string;
let issuer: string;

beforeAll(async () => {
  cognito = await startHarness();
  // These clients look at the clock of the machine.
  cognito.clock.ms = Date.now();
  stack = await deploy(cognito);
  const scopes = ['openid', 'email', 'hr/read'];
  const settings = peopleClient(stack.poolId, { AllowedOAuthScopes: scopes, LogoutURLs: [SIGNED_OUT] });
  people = (await cognito.create('UserPoolClient', settings)).physicalId;
  issuer = `${cognito.endpoint}/${stack.poolId}`;
  await addPerson(cognito, stack.poolId, 'maria', {
    groups: ['managers'],
    attributes: { email: 'maria@example.com', email_verified: 'true', given_name: 'Maria' },
  });
});
afterAll(() => cognito.stop());

const discover = (clientId: string, secret?: string) =>
  oidc.discovery(
    new URL(issuer),
    clientId,
    undefined,
    secret ? oidc.ClientSecretBasic(secret) : oidc.None(),
    {
      execute: [oidc.allowInsecureRequests],
    },
  );

/** What a person does in the browser: open the page, fill in the form, be led back. */
async function signInAt(url: URL): Promise<URL> {
  const page = await fetch(url);
  const html = await page.text();
  const action = /<form method="post" action="([^"]+)"/.exec(html)?.[1] ?? '';
  const form = /name="form" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const answer = await fetch(new URL(action, url), {
    method: 'POST',
    redirect: 'manual',
    headers: {
      cookie: page.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; '),
    },
    body: new URLSearchParams({ form, username: 'maria', password: PASSWORD }),
  });
  expect(answer.status).toBe(303);
  return new URL(answer.headers.get('location') ?? '');
}

async function signIn(config: oidc.Configuration, more: Record<string, string> = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid email hr/read',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...more,
  });
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
  const callback = await signInAt(url);
  return { callback, checks, tokens: await oidc.authorizationCodeGrant(config, callback, checks) };
}

describe('openid-client', () => {
  test('discovers every endpoint', async () => {
    const metadata = (await discover(people)).serverMetadata();
    const base = `${cognito.endpoint}/domains/people`;
    expect(metadata).toMatchObject({
      issuer,
      authorization_endpoint: `${base}/oauth2/authorize`,
      token_endpoint: `${base}/oauth2/token`,
      revocation_endpoint: `${base}/oauth2/revoke`,
      userinfo_endpoint: `${base}/oauth2/userInfo`,
      end_session_endpoint: `${base}/logout`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
    });
  });

  test('signs a person in with code, PKCE, state and nonce; reads who it is; refreshes; revokes', async () => {
    const config = await discover(people);
    const { tokens } = await signIn(config);
    const claims = tokens.claims();
    expect(claims).toMatchObject({ iss: issuer, aud: people, email: 'maria@example.com' });
    // The scope email limits the id token to what it stands for.
    expect(claims).not.toHaveProperty('given_name');

    const who = await oidc.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '');
    expect(who).toEqual({
      sub: claims?.sub,
      email: 'maria@example.com',
      email_verified: 'true',
      username: 'maria',
    });

    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(refreshed.claims()?.sub).toBe(claims?.sub);
    await oidc.fetchUserInfo(config, refreshed.access_token, claims?.sub ?? '');

    await oidc.tokenRevocation(config, tokens.refresh_token ?? '');
    await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    for (const gone of [tokens.access_token, refreshed.access_token]) {
      await expect(oidc.fetchUserInfo(config, gone, claims?.sub ?? '')).rejects.toMatchObject({
        status: 401,
      });
    }
  });

  test('ID-18: gives up on another state, a missing one and two codes, and goes on with the right one', async () => {
    const config = await discover(people);
    const verifier = oidc.randomPKCECodeVerifier();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: 'openid',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: 'mine',
    });
    const callback = await signInAt(url);
    const redeem = (changed: URL) =>
      oidc.authorizationCodeGrant(config, changed, { pkceCodeVerifier: verifier, expectedState: 'mine' });
    const changed = (change: (parameters: URLSearchParams) => void): URL => {
      const copy = new URL(callback);
      change(copy.searchParams);
      return copy;
    };
    await expect(redeem(changed((all) => all.set('state', 'theirs')))).rejects.toThrow();
    await expect(redeem(changed((all) => all.delete('state')))).rejects.toThrow();
    await expect(redeem(changed((all) => all.append('code', 'injected')))).rejects.toThrow();
    expect((await redeem(callback)).token_type).toBe('bearer');
  });

  test('a machine gets a token, and no other scope than its own', async () => {
    const config = await discover(stack.manager.id, stack.manager.secret);
    const { access_token, expires_in, refresh_token } = await oidc.clientCredentialsGrant(config, {
      scope: 'hr/manager',
    });
    expect([typeof access_token, expires_in, refresh_token]).toEqual(['string', 3600, undefined]);
    await expect(oidc.clientCredentialsGrant(config, { scope: 'hr/admin' })).rejects.toMatchObject({
      error: 'invalid_scope',
    });
    const thief = await discover(stack.manager.id, 'not-the-secret');
    await expect(oidc.clientCredentialsGrant(thief)).rejects.toMatchObject({ error: 'invalid_client' });
  });

  test('builds a sign-out address that leads back', async () => {
    const config = await discover(people);
    const url = oidc.buildEndSessionUrl(config, { logout_uri: SIGNED_OUT });
    const answer = await fetch(url, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, SIGNED_OUT]);
  });
});

describe('aws-jwt-verify', () => {
  /** Its own fetcher speaks https only, so the documented place for another one is used. */
  class LoopbackFetcher extends SimpleFetcher {
    override async fetch(uri: string): Promise<ArrayBuffer> {
      return (await fetch(uri)).arrayBuffer();
    }
  }
  const verifier = (audience: string | null, tokenUse: 'access' | 'id') =>
    JwtVerifier.create(
      {
        issuer,
        audience,
        jwksUri: `${issuer}/.well-known/jwks.json`,
        customJwtCheck: ({ payload }) => {
          if (payload['token_use'] !== tokenUse) throw new Error('token_use');
        },
      },
      { jwksCache: new SimpleJwksCache({ fetcher: new LoopbackFetcher() }) },
    );

  const tampered = (token: string): string => {
    const [header, payload, signature] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
    const changed = Buffer.from(JSON.stringify({ ...claims, scope: 'hr/admin' })).toString('base64url');
    return [header, changed, signature].join('.');
  };

  test('accepts our access and id tokens, and each only for its own use', async () => {
    const { tokens } = await signIn(await discover(people));
    expect((await verifier(null, 'access').verify(tokens.access_token))['client_id']).toBe(people);
    expect((await verifier(people, 'id').verify(tokens.id_token ?? '')).aud).toBe(people);
    await expect(verifier(people, 'id').verify(tokens.access_token)).rejects.toThrow();
    await expect(verifier(null, 'access').verify(tokens.id_token ?? '')).rejects.toThrow('token_use');
  });

  test('accepts an access token that is bound to a resource for that audience alone', async () => {
    const resource = 'https://gateway.example/mcp';
    const { tokens } = await signIn(await discover(people), { resource });
    expect((await verifier(resource, 'access').verify(tokens.access_token)).aud).toBe(resource);
    await expect(verifier('https://other.example', 'access').verify(tokens.access_token)).rejects.toThrow();
  });

  test("accepts a machine's token and rejects a changed one, and another pool's", async () => {
    const config = await discover(stack.manager.id, stack.manager.secret);
    const { access_token } = await oidc.clientCredentialsGrant(config);
    const access = verifier(null, 'access');
    expect((await access.verify(access_token)).sub).toBe(stack.manager.id);
    await expect(access.verify(tampered(access_token))).rejects.toThrow(JwtInvalidSignatureError);
    const other = await deploy(cognito, undefined, 'other');
    const foreign = await cognito.identity().signAccessToken(other.poolId, {
      ...JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()),
    });
    await expect(access.verify(foreign)).rejects.toThrow();
  });
});
