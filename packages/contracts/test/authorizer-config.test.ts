/** The K cells of test/conformance/vectors/authorizer.json, and the documented limits of each member. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { issuerOfDiscoveryUrl, jwtAuthorizerConfig } from '../src/index.ts';

type Vectors = {
  readonly configs: Readonly<Record<string, object>>;
  readonly configuration_errors: readonly {
    id: string;
    why: string;
    config: string | object;
    error: string;
  }[];
};
const file = new URL('../../../test/conformance/vectors/authorizer.json', import.meta.url);
const vectors: Vectors = JSON.parse(
  readFileSync(file, 'utf8').replaceAll('{{issuer}}', 'https://idp.example/pool'),
);

const DISCOVERY = 'https://idp.example/.well-known/openid-configuration';

/** Where the problems are, or the messages of those that are nowhere in particular. */
const problemsOf = (config: unknown): string[] =>
  jwtAuthorizerConfig.safeParse(config).error?.issues.map(({ path, message }) => path.join('.') || message) ??
  [];

const changed = (name: string, from: string, to: string) => {
  const text = JSON.stringify(vectors.configs[name]);
  expect(text).toContain(from);
  return JSON.parse(text.replace(from, to));
};
/** Three cells describe their change in words. */
const BY_WORDS: Record<string, () => unknown> = {
  'claim-equals with CONTAINS': () => changed('claim-equals', '"EQUALS"', '"CONTAINS"'),
  'claim-contains with matchValueStringList': () =>
    changed('claim-contains', '"matchValueString":"managers"', '"matchValueStringList":["managers"]'),
  'claim-equals with hr/read': () => changed('claim-equals', '"access"', '"hr/read"'),
};

describe('authorizer configuration', () => {
  it.each(Object.entries(vectors.configs))('takes the configuration %s', (_name, config) => {
    expect(problemsOf(config)).toEqual([]);
  });

  it.each(vectors.configuration_errors)('$id $why', ({ config, error }) => {
    const problems = problemsOf(typeof config === 'string' ? BY_WORDS[config]?.() : config);
    expect(problems).not.toEqual([]);
    for (const problem of problems) expect(problem).toContain(error);
  });

  const rule = (changes: object) => ({
    customClaims: [
      {
        inboundTokenClaimName: 'a',
        inboundTokenClaimValueType: 'STRING',
        authorizingClaimMatchValue: {
          claimMatchOperator: 'EQUALS',
          claimMatchValue: { matchValueString: 'x' },
        },
        ...changes,
      },
    ],
  });
  const clients = { allowedClients: ['app'] };
  it.each<[string, object, boolean]>([
    ['an empty scope list', { allowedScopes: [] }, false],
    ['an empty audience list', { allowedAudience: [] }, false],
    ['an empty list of custom claims', { customClaims: [] }, false],
    ['an empty list beside a full one', { ...clients, allowedScopes: [] }, false],
    ['an empty client', { allowedClients: [''] }, false],
    ['a client of 255 characters', { allowedClients: ['x'.repeat(255)] }, true],
    ['a client of 256 characters', { allowedClients: ['x'.repeat(256)] }, false],
    ['a scope with a slash', { allowedScopes: ['hr/invoke'] }, true],
    ['two scopes in one', { allowedScopes: ['hr/invoke hr/read'] }, false],
    ['a scope with a quote', { allowedScopes: ['hr"'] }, false],
    ['a scope with a backslash', { allowedScopes: ['hr\\'] }, false],
    ['a claim name with a colon', rule({ inboundTokenClaimName: 'cognito:groups' }), true],
    ['a claim name with a slash', rule({ inboundTokenClaimName: 'a/b' }), false],
    ['a string claim', rule({}), true],
    ['a list rule under a string type', rule({ inboundTokenClaimValueType: 'STRING_ARRAY' }), false],
    ['a rule with an unknown member', rule({ negate: true }), false],
    ['an unknown member', { ...clients, allowedClient: ['x'] }, false],
    ['scopes renamed to the outside', { ...clients, advertisedScopeMapping: { a: 'api://a' } }, true],
  ])('%s', (_why, config, valid) => {
    expect(problemsOf({ discoveryUrl: DISCOVERY, ...config }).length === 0).toBe(valid);
  });

  it.each(['', '/.well-known/openid-configuration', `${DISCOVERY}/`, `${DISCOVERY}?x=1`, `${DISCOVERY}\n`])(
    'refuses the discovery URL %j',
    (discoveryUrl) => {
      expect(problemsOf({ discoveryUrl, ...clients })).toEqual(['discoveryUrl']);
    },
  );

  it('reads the issuer off the discovery URL', () => {
    expect(issuerOfDiscoveryUrl('https://idp.example/pool/.well-known/openid-configuration')).toBe(
      'https://idp.example/pool',
    );
  });
});
