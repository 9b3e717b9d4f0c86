/** What the doors say, byte for byte, in the shapes of the live services. */
import { describe, expect, it } from 'vitest';
import {
  advertisedScopes,
  gatewayChallenge,
  protectedResourceMetadata,
  REFUSAL_REASONS,
  type Refusal,
  runtimeChallenge,
} from '../src/index.ts';

const METADATA = 'https://door.example/.well-known/oauth-protected-resource';
const OPTIONS = { resourceMetadataUrl: METADATA, scopes: ['hr/invoke', 'hr/admin'] };
const RUNTIME_CHALLENGE = `Bearer resource_metadata="${METADATA}", scope="hr/invoke hr/admin"`;
const runtime401 = (message: string) => [
  401,
  RUNTIME_CHALLENGE,
  `{"jsonrpc":"2.0","error":{"code":-32001,"message":"${message}"}}`,
];
const gatewayChallengeOf = (error: string) =>
  `Bearer error="${error}", scope="hr/invoke hr/admin", resource_metadata="${METADATA}"`;
const GATEWAY_401 = [
  401,
  gatewayChallengeOf('invalid_token'),
  '{"jsonrpc":"2.0","id":0,"error":{"code":-32001,"message":"Invalid Bearer token"}}',
];

type Row = readonly [refusal: Refusal, runtime: readonly unknown[], gateway: readonly unknown[]];
const ROWS: Row[] = [
  [{ reason: 'missing_token' }, runtime401('Missing Authentication Token'), GATEWAY_401],
  [
    { reason: 'malformed_token', detail: 'unparsable' },
    [403, undefined, '{"message":"OAuth authorization failed: Failed to parse token"}'],
    GATEWAY_401,
  ],
  [{ reason: 'malformed_token', detail: 'credentials' }, runtime401('Invalid Bearer token'), GATEWAY_401],
  [{ reason: 'expired' }, runtime401('Token has expired'), GATEWAY_401],
  [
    { reason: 'client_mismatch' },
    runtime401("Claim 'client_id' value mismatch with configuration."),
    GATEWAY_401,
  ],
  [
    { reason: 'audience_mismatch' },
    runtime401("Claim 'aud' value mismatch with configuration."),
    GATEWAY_401,
  ],
  [{ reason: 'claim_mismatch', detail: 'claim token_use' }, runtime401('Authorization denied'), GATEWAY_401],
  [
    { reason: 'insufficient_scope' },
    runtime401("Claim 'scope' value mismatch with configuration."),
    [
      403,
      gatewayChallengeOf('insufficient_scope'),
      '{"jsonrpc":"2.0","id":0,"error":{"code":-32002,"message":"Insufficient scope"}}',
    ],
  ],
  [
    { reason: 'duplicate_header' },
    [400, undefined, '{"message":"More than one Authorization header"}'],
    [
      400,
      gatewayChallengeOf('invalid_request'),
      '{"jsonrpc":"2.0","id":0,"error":{"code":-32600,"message":"More than one Authorization header"}}',
    ],
  ],
];

const ERROR_TYPES: Record<number, string> = {
  400: 'ValidationException',
  401: 'UnauthorizedException',
  403: 'AccessDeniedException',
};

describe('challenges', () => {
  it.each(ROWS)('%o', (refusal, runtime, gateway) => {
    const atRuntime = runtimeChallenge(refusal, OPTIONS);
    const atGateway = gatewayChallenge(refusal, OPTIONS);
    expect([atRuntime.status, atRuntime.headers['www-authenticate'], atRuntime.body]).toEqual(runtime);
    expect([atGateway.status, atGateway.headers['www-authenticate'], atGateway.body]).toEqual(gateway);
    expect(atRuntime.headers['x-amzn-errortype']).toBe(ERROR_TYPES[atRuntime.status]);
  });

  it('names the other method when an AWS signature comes to a JWT runtime', () => {
    const { status, headers, body } = runtimeChallenge({ reason: 'method_mismatch' }, OPTIONS);
    expect([status, headers['x-amzn-errortype']]).toEqual([403, 'AccessDeniedException']);
    expect(JSON.parse(body).message).toMatch(/^Authorization method mismatch\. The agent is configured for/);
  });

  it('answers every reason with a refusal, and tells no two apart that the list above does not', () => {
    const listed = new Set(ROWS.map(([{ reason }]) => reason).concat('method_mismatch'));
    const rest = REFUSAL_REASONS.filter((reason) => !listed.has(reason));
    expect(rest).toHaveLength(12);
    for (const reason of rest) {
      const { status, headers, body } = runtimeChallenge({ reason }, OPTIONS);
      expect([status, headers['www-authenticate'], body]).toEqual(runtime401('Invalid Bearer token'));
      expect(gatewayChallenge({ reason }, OPTIONS).status).toBe(401);
    }
  });

  it('names no scope where none is configured', () => {
    const none = { resourceMetadataUrl: METADATA, scopes: [] };
    expect(runtimeChallenge({ reason: 'missing_token' }, none).headers['www-authenticate']).toBe(
      `Bearer resource_metadata="${METADATA}"`,
    );
    expect(gatewayChallenge({ reason: 'missing_token' }, none).headers['www-authenticate']).toBe(
      `Bearer error="invalid_token", resource_metadata="${METADATA}"`,
    );
  });

  it('quotes what would end a parameter', () => {
    const { headers } = runtimeChallenge(
      { reason: 'missing_token' },
      { resourceMetadataUrl: 'https://x/"\\', scopes: [] },
    );
    expect(headers['www-authenticate']).toBe('Bearer resource_metadata="https://x/\\"\\\\"');
  });

  it.each(['a\r\nSet-Cookie: x=1', 'a\u0000', 'a\u00e9'])('refuses to write %j into a header', (text) => {
    expect(() =>
      runtimeChallenge({ reason: 'missing_token' }, { resourceMetadataUrl: text, scopes: [] }),
    ).toThrow(TypeError);
  });
});

describe('protected resource metadata', () => {
  const base = { resource: 'https://door.example/mcp', issuer: 'https://idp.example/pool' };

  it('has the live shape, with scopes only where some are configured', () => {
    expect(JSON.stringify(protectedResourceMetadata({ ...base, scopes: ['hr/invoke'] }))).toBe(
      '{"authorization_servers":["https://idp.example/pool"],"resource":"https://door.example/mcp","scopes_supported":["hr/invoke"]}',
    );
    expect(protectedResourceMetadata({ ...base, scopes: [] })).not.toHaveProperty('scopes_supported');
  });

  it('advertises scopes under their outside names, own members only', () => {
    const config = {
      discoveryUrl: 'x',
      allowedScopes: ['read', 'write', 'constructor'],
      advertisedScopeMapping: { read: 'api://app/read' },
    };
    expect(advertisedScopes(config)).toEqual(['api://app/read', 'write', 'constructor']);
    expect(advertisedScopes({ discoveryUrl: 'x' })).toEqual([]);
  });
});
