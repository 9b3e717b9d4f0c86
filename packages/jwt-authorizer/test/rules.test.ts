/** What is configured: audience, clients, scopes and custom claims, each by itself and all together. */
import { describe, expect, it } from 'vitest';
import { rsaKey } from './support/forge.ts';
import { accessToken, createIssuer } from './support/issuer.ts';
import { expectRow, type TokenRow } from './support/rows.ts';

const key = rsaKey('k1');

type Claims = Readonly<Record<string, unknown>>;
type RuleRow = {
  readonly id: string;
  readonly why: string;
  readonly config: object;
  /** Claims that satisfy the configuration. */
  readonly twin: Claims;
  readonly claims: Claims;
  readonly reason: TokenRow['reason'];
};

const claimRule = (name: string, operator: string, match: object) => ({
  inboundTokenClaimName: name,
  inboundTokenClaimValueType: operator === 'EQUALS' ? 'STRING' : 'STRING_ARRAY',
  authorizingClaimMatchValue: { claimMatchOperator: operator, claimMatchValue: match },
});
const ACCESS_ONLY = claimRule('token_use', 'EQUALS', { matchValueString: 'access' });
const MANAGERS = claimRule('cognito:groups', 'CONTAINS_ANY', { matchValueStringList: ['managers'] });

const AUDIENCE: RuleRow[] = [
  ['no aud', undefined, 'audience_mismatch'],
  ['second of two', ['evil', 'good'], 'accept'],
  ['first of two', ['good', 'evil'], 'accept'],
  ['an object with the key', { good: 1 }, 'audience_mismatch'],
  ['a prefix', 'goo', 'audience_mismatch'],
  ['a list in a list', [['good']], 'audience_mismatch'],
].map(([why, aud, reason]) => ({
  id: 'JC-11',
  why: `aud: ${why}`,
  config: { allowedAudience: ['good'] },
  twin: { aud: 'good' },
  claims: { aud },
  reason: reason as TokenRow['reason'],
}));

const scopeRow = (
  why: string,
  claims: Claims,
  reason: TokenRow['reason'] = 'insufficient_scope',
  id = 'JC-16',
): RuleRow => ({
  id,
  why,
  config: { allowedScopes: ['gw/read'] },
  twin: { scope: 'gw/read' },
  claims,
  reason,
});
const SCOPES: RuleRow[] = [
  ...['gw/reader', 'gw/rea', 'xgw/read', 'gw/read/all', 'GW/READ'].map((scope) =>
    scopeRow(`scope ${scope}`, { scope }, 'insufficient_scope', 'JC-14'),
  ),
  scopeRow('scope in the middle', { scope: 'a gw/read b' }, 'accept', 'JC-14'),
  ...['a  gw/read', ' gw/read', 'gw/read ', 'a\u00a0gw/read', 'a\ngw/read', 'a,gw/read', ''].map((scope) =>
    scopeRow(`scope ${JSON.stringify(scope)}`, { scope }),
  ),
  scopeRow('scope a list', { scope: ['gw/read'] }),
  scopeRow('scope an object', { scope: { 'gw/read': 1 } }),
  scopeRow('scope a number', { scope: 1 }),
  scopeRow('scp beside scope is not read', { scope: 'other', scp: ['gw/read'] }),
  scopeRow('scp beside an unreadable scope is not read', { scope: null, scp: ['gw/read'] }),
  scopeRow('scp a list', { scope: undefined, scp: ['x', 'gw/read'] }, 'accept'),
  scopeRow('scp a string', { scope: undefined, scp: 'x gw/read' }, 'accept'),
  scopeRow('scp a list of lists', { scope: undefined, scp: [['gw/read']] }),
  scopeRow('scp with one entry that is no scope', { scope: undefined, scp: ['gw/read', 1] }),
  scopeRow('scp an entry with a space', { scope: undefined, scp: ['gw/read x', 'x gw/read'] }),
];

const GROUPS: RuleRow[] = [
  'managers',
  ['Managers'],
  ['managers '],
  [['managers']],
  [{ managers: 1 }],
  { 0: 'managers' },
  undefined,
].map((groups) => ({
  id: 'JC-17',
  why: `groups ${JSON.stringify(groups)}`,
  config: { customClaims: [MANAGERS] },
  twin: { 'cognito:groups': ['x', 'managers'] },
  claims: { 'cognito:groups': groups },
  reason: 'claim_mismatch',
}));

const inherited = claimRule('constructor', 'EQUALS', { matchValueString: 'access' });
const CUSTOM: RuleRow[] = [
  {
    id: 'JC-17',
    why: 'a string rule given a list',
    config: { customClaims: [ACCESS_ONLY] },
    twin: {},
    claims: { token_use: ['access'] },
    reason: 'claim_mismatch',
  },
  {
    id: 'JC-07',
    why: 'an ID token where its audience is allowed',
    config: { allowedAudience: ['app'], customClaims: [ACCESS_ONLY] },
    twin: { aud: 'app' },
    claims: { aud: 'app', client_id: undefined, token_use: 'id' },
    reason: 'claim_mismatch',
  },
  {
    id: 'JC-07',
    why: 'an ID token where clients are allowed',
    config: { allowedClients: ['app'] },
    twin: {},
    claims: { aud: 'app', client_id: undefined, token_use: 'id' },
    reason: 'client_mismatch',
  },
  {
    id: 'JH-16',
    why: 'a rule on an inherited name',
    config: { customClaims: [inherited] },
    twin: { constructor: 'access' },
    claims: {},
    reason: 'claim_mismatch',
  },
];

/** All three configured; every subset of them satisfied. */
const SUBSETS: RuleRow[] = Array.from({ length: 8 }, (_, bits): RuleRow => {
  const claims = {
    client_id: bits & 1 ? 'app' : 'other',
    'cognito:groups': bits & 2 ? ['managers'] : [],
    scope: bits & 4 ? 'hr/invoke' : 'hr/other',
  };
  const reason =
    bits & 1
      ? bits & 2
        ? bits & 4
          ? 'accept'
          : 'insufficient_scope'
        : 'claim_mismatch'
      : 'client_mismatch';
  return {
    id: 'JC-13',
    why: `client, group, scope: ${bits.toString(2).padStart(3, '0')}`,
    config: { allowedClients: ['app'], customClaims: [MANAGERS], allowedScopes: ['hr/invoke'] },
    twin: { 'cognito:groups': ['managers'] },
    claims,
    reason,
  };
});

describe('configured rules', () => {
  it.each([...AUDIENCE, ...SCOPES, ...GROUPS, ...CUSTOM, ...SUBSETS])(
    '$id $why',
    async ({ id, why, config, twin, claims, reason }) => {
      const authorizer = createIssuer(key).authorizer(config);
      await expectRow(
        authorizer,
        { id, why, token: accessToken(key, claims), reason },
        accessToken(key, twin),
      );
    },
  );

  it('JC-18 keeps machines out where only the people client is allowed', async () => {
    const authorizer = createIssuer(key).authorizer({ allowedClients: ['people'] });
    const machine = accessToken(key, { client_id: 'machine', sub: 'machine' });
    await expectRow(
      authorizer,
      { id: '', why: '', token: machine, reason: 'client_mismatch' },
      accessToken(key, { client_id: 'people' }),
    );
  });

  it.each([
    [{ scope: 'a b' }, ['a', 'b']],
    [{ scope: undefined, scp: ['a', 'b'] }, ['a', 'b']],
    [{ scope: undefined, scp: ['a b'] }, []],
    [{ scope: undefined }, []],
  ])('JC-16 hands on %j as the scopes %j', async (claims, scopes) => {
    const answer = await createIssuer(key)
      .authorizer({ allowedClients: ['app'] })
      .authorize(accessToken(key, claims));
    expect(answer).toMatchObject({ ok: true, value: { scopes } });
  });

  it('says nothing of a token in a refusal', async () => {
    const answer = await createIssuer(key)
      .authorizer({ customClaims: [ACCESS_ONLY] })
      .authorize(accessToken(key, { token_use: 'canary' }));
    expect(answer).toEqual({ ok: false, error: { reason: 'claim_mismatch', detail: 'claim token_use' } });
  });
});
