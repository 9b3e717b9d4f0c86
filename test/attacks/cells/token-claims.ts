/** Cases of the group JC: rightly signed tokens with hostile claims. */
import { rs256 } from '../support/forger.ts';
import type { AuthorizerRules } from '../support/world.ts';
import {
  accessToken,
  type Cell,
  type Claims,
  type Outcome,
  type Source,
  type Stage,
  secondsOf,
} from './cell.ts';

const CLIENTS: AuthorizerRules = { allowedClients: ['app'] };

type ClaimsOf = Claims | ((now: number) => Claims);
type Row = readonly [why: string, claims: ClaimsOf, outcome: Outcome];

const claimsAt = (claims: ClaimsOf, stage: Stage): Claims =>
  typeof claims === 'function' ? claims(secondsOf(stage)) : claims;

const table = (
  id: string,
  rows: readonly Row[],
  rules: AuthorizerRules = CLIENTS,
  rest: { readonly source?: Source; readonly twin?: Claims } = {},
): Cell[] =>
  rows.map(([why, claims, outcome]) => ({
    id,
    why,
    rules,
    outcome,
    source: 'choice',
    ...rest,
    token: (stage) => accessToken(stage, claimsAt(claims, stage)),
  }));

const DAY = 86_400;

const TIMES = [
  ...table('JC-01', [
    ['exp a second ago', (now) => ({ exp: now - 1 }), 'expired'],
    ['exp now', (now) => ({ exp: now }), 'expired'],
    ['exp in a second', (now) => ({ exp: now + 1 }), 'accept'],
  ]),
  ...table('JC-02', [['no exp', { exp: undefined }, 'expired']]),
  ...table('JC-03', [
    ['exp a text', { exp: '9999999999' }, 'malformed_claim'],
    ['exp null', { exp: null }, 'malformed_claim'],
    ['exp a list', (now) => ({ exp: [now + 60] }), 'malformed_claim'],
    ['exp true', { exp: true }, 'malformed_claim'],
    ['exp -1', { exp: -1 }, 'expired'],
    ['exp 1e308', { exp: 1e308 }, 'lifetime_too_long'],
    ['exp beyond exact numbers', { exp: 2 ** 53 + 2 }, 'lifetime_too_long'],
    ['exp in milliseconds', (now) => ({ exp: (now + 3600) * 1000 }), 'lifetime_too_long'],
    ['exp with a fraction', (now) => ({ exp: now + 300.5 }), 'accept'],
    ['exp a day after iat', (now) => ({ exp: now - 10 + DAY }), 'accept'],
    ['exp a day and a second after iat', (now) => ({ exp: now - 9 + DAY }), 'lifetime_too_long'],
    ['exp a day from now, no iat', (now) => ({ exp: now + DAY, iat: undefined }), 'accept'],
    [
      'exp a day and a second from now, no iat',
      (now) => ({ exp: now + 1 + DAY, iat: undefined }),
      'lifetime_too_long',
    ],
  ]),
  ...table('JC-04', [
    ['nbf in ten minutes', (now) => ({ nbf: now + 600 }), 'not_yet_valid'],
    ['nbf in a second', (now) => ({ nbf: now + 1 }), 'not_yet_valid'],
    ['nbf now', (now) => ({ nbf: now }), 'accept'],
    ['nbf a text', (now) => ({ nbf: String(now) }), 'malformed_claim'],
    ['iat in the future', (now) => ({ iat: now + 9999, exp: now + 10_000 }), 'not_yet_valid'],
    ['iat in a second', (now) => ({ iat: now + 1 }), 'not_yet_valid'],
    ['iat a week old, exp still to come', (now) => ({ iat: now - 7 * DAY }), 'lifetime_too_long'],
    ['iat null', { iat: null }, 'malformed_claim'],
  ]),
];

const ISSUERS: readonly Cell[] = [
  {
    id: 'JC-06',
    why: 'of another pool that signs with the same key under the same name',
    rules: CLIENTS,
    source: 'rfc',
    token: (stage) =>
      accessToken(stage, { iss: stage.world.issuers.pool(stage.keys.k1.jwk, stage.keys.k2.jwk).issuer }),
    outcome: 'issuer_mismatch',
  },
  {
    id: 'JC-06',
    why: 'of another pool whose own key has the same name',
    rules: CLIENTS,
    source: 'rfc',
    token: (stage) => {
      const { foreign } = stage.keys;
      const iss = stage.world.issuers.pool(foreign.jwk).issuer;
      return accessToken(stage, { iss }, { key: foreign, signer: rs256(foreign) });
    },
    outcome: 'signature',
  },
  {
    id: 'JC-06',
    why: 'a list that holds the issuer',
    rules: CLIENTS,
    source: 'rfc',
    token: (stage) => accessToken(stage, { iss: [stage.pool.issuer] }),
    outcome: 'issuer_mismatch',
  },
  {
    id: 'JC-06',
    why: 'the issuer in other letters',
    rules: CLIENTS,
    source: 'rfc',
    token: (stage) => accessToken(stage, { iss: stage.pool.issuer.replace('pools', 'Pools') }),
    outcome: 'issuer_mismatch',
  },
];

/** As Cognito makes it: no `client_id`, the client as audience. */
export const ID_TOKEN: Claims = { aud: 'app', client_id: undefined, scope: undefined, token_use: 'id' };
const ACCESS_ONLY = {
  inboundTokenClaimName: 'token_use',
  inboundTokenClaimValueType: 'STRING',
  authorizingClaimMatchValue: {
    claimMatchOperator: 'EQUALS',
    claimMatchValue: { matchValueString: 'access' },
  },
};
const ID_TOKENS = [
  ...table('JC-07', [['an ID token where clients are listed', ID_TOKEN, 'client_mismatch']]),
  ...table(
    'JC-07',
    [['an ID token whose audience is allowed', ID_TOKEN, 'claim_mismatch']],
    { allowedAudience: ['app'], customClaims: [ACCESS_ONLY] },
    { twin: { aud: 'app' } },
  ),
];

const opaque = (why: string, value: string, outcome: Outcome): Cell => ({
  id: 'JC-08',
  why,
  rules: CLIENTS,
  source: 'seen',
  token: () => value,
  outcome,
});
const OPAQUE = [
  opaque('an opaque workload access token', `AgV4${'a'.repeat(400)}`, 'unparsable'),
  opaque('an authorization code', '5f1e0c5e-0000-4000-8000-00000000c0de', 'unparsable'),
  opaque(
    'an encrypted token of five parts, as Cognito refreshes with',
    `${Buffer.from('{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}').toString('base64url')}.AAAA.BBBB.CCCC.DDDD`,
    'unparsable',
  ),
];

const CLIENT_IDS = [
  ...table('JC-09', [
    ['another client', { client_id: 'foreign' }, 'client_mismatch'],
    ['a list that holds the client', { client_id: ['app'] }, 'client_mismatch'],
    ['a longer name', { client_id: 'app2' }, 'client_mismatch'],
    ['an empty name', { client_id: '' }, 'client_mismatch'],
    ...['azp', 'cid', 'appid', 'aud'].map(
      (name): Row => [`only ${name}`, { client_id: undefined, [name]: 'app' }, 'client_mismatch'],
    ),
  ]),
  ...table(
    'JC-18',
    [
      [
        'a machine where only the people’s client is listed',
        { client_id: 'machine', sub: 'machine' },
        'client_mismatch',
      ],
      ['a machine with the subject of a person', { client_id: 'machine' }, 'client_mismatch'],
    ],
    { allowedClients: ['app'] },
  ),
];

const AUDIENCES = table(
  'JC-11',
  [
    ['no aud', { aud: undefined }, 'audience_mismatch'],
    ['the second of two', { aud: ['evil', 'good'] }, 'accept'],
    ['the first of two', { aud: ['good', 'evil'] }, 'accept'],
    ['an object with the name', { aud: { good: 1 } }, 'audience_mismatch'],
    ['the beginning of it', { aud: 'goo' }, 'audience_mismatch'],
    ['a list in a list', { aud: [['good']] }, 'audience_mismatch'],
    ['null', { aud: null }, 'audience_mismatch'],
    ['other letters', { aud: 'GOOD' }, 'audience_mismatch'],
  ],
  { allowedAudience: ['good'] },
  { twin: { aud: 'good' } },
);

const claimRule = (name: string, operator: string, match: object) => ({
  inboundTokenClaimName: name,
  inboundTokenClaimValueType: operator === 'EQUALS' ? 'STRING' : 'STRING_ARRAY',
  authorizingClaimMatchValue: { claimMatchOperator: operator, claimMatchValue: match },
});
const MANAGERS = claimRule('cognito:groups', 'CONTAINS_ANY', { matchValueStringList: ['managers'] });
const FINANCE = claimRule('department', 'EQUALS', { matchValueString: 'finance' });

/** Client, group and scope configured; every subset of them satisfied. */
const SUBSETS = table(
  'JC-13',
  Array.from({ length: 8 }, (_, bits): Row => {
    const [client, group, scope] = [1, 2, 4].map((bit) => (bits & bit) !== 0);
    const missed = client
      ? group
        ? scope
          ? 'accept'
          : 'insufficient_scope'
        : 'claim_mismatch'
      : 'client_mismatch';
    return [
      `client ${client}, group ${group}, scope ${scope}`,
      {
        client_id: client ? 'app' : 'other',
        'cognito:groups': group ? ['managers'] : ['staff'],
        scope: scope ? 'hr/invoke' : 'hr/other',
      },
      missed,
    ];
  }),
  { allowedClients: ['app'], customClaims: [MANAGERS], allowedScopes: ['hr/invoke'] },
  { source: 'doc', twin: { 'cognito:groups': ['managers'] } },
);

const SCOPES: AuthorizerRules = { allowedScopes: ['hr/invoke'] };
const SCOPE_ROWS = [
  ...table(
    'JC-14',
    [
      ...['hr/invoker', 'hr/invok', 'xhr/invoke', 'hr/invoke/all', 'HR/INVOKE', 'a,hr/invoke'].map(
        (scope): Row => [`scope ${scope}`, { scope }, 'insufficient_scope'],
      ),
      ['in the middle', { scope: 'a hr/invoke b' }, 'accept'],
    ],
    SCOPES,
  ),
  ...table(
    'JC-16',
    [
      ...['a  hr/invoke', ' hr/invoke', 'hr/invoke ', 'a\u00a0hr/invoke', 'a\nhr/invoke', ''].map(
        (scope): Row => [`scope ${JSON.stringify(scope)}`, { scope }, 'insufficient_scope'],
      ),
      ['scope a list', { scope: ['hr/invoke'] }, 'insufficient_scope'],
      ['scope an object', { scope: { 'hr/invoke': 1 } }, 'insufficient_scope'],
      ['scope a number', { scope: 1 }, 'insufficient_scope'],
      ['scp beside another scope', { scope: 'other', scp: ['hr/invoke'] }, 'insufficient_scope'],
      ['scp beside a scope of null', { scope: null, scp: ['hr/invoke'] }, 'insufficient_scope'],
      ['scp a list', { scope: undefined, scp: ['x', 'hr/invoke'] }, 'accept'],
      ['scp a text', { scope: undefined, scp: 'x hr/invoke' }, 'accept'],
      ['scp a list in a list', { scope: undefined, scp: [['hr/invoke']] }, 'insufficient_scope'],
      [
        'scp with an entry that is no text',
        { scope: undefined, scp: ['hr/invoke', 1] },
        'insufficient_scope',
      ],
      ['scp of entries with blanks', { scope: undefined, scp: ['hr/invoke x'] }, 'insufficient_scope'],
    ],
    SCOPES,
  ),
];

const CUSTOM = [
  ...table(
    'JC-17',
    [
      ...[
        'managers',
        ['Managers'],
        ['managers '],
        [['managers']],
        [{ managers: 1 }],
        { 0: 'managers' },
        [],
        null,
        undefined,
      ].map(
        (groups): Row => [`groups ${JSON.stringify(groups)}`, { 'cognito:groups': groups }, 'claim_mismatch'],
      ),
      ['groups with the name among others', { 'cognito:groups': ['a', 'managers', 1] }, 'accept'],
    ],
    { customClaims: [MANAGERS] },
    { twin: { 'cognito:groups': ['managers'] } },
  ),
  ...table(
    'JC-17',
    [
      ['a text rule and a list', { department: ['finance'] }, 'claim_mismatch'],
      ['a text rule and other letters', { department: 'Finance' }, 'claim_mismatch'],
      ['a text rule and a longer text', { department: 'finance2' }, 'claim_mismatch'],
      ['a text rule and the text', { department: 'finance' }, 'accept'],
    ],
    { customClaims: [FINANCE] },
    { twin: { department: 'finance' } },
  ),
  ...table(
    'JC-17',
    [
      ['one of two rules', { department: 'finance', 'cognito:groups': ['staff'] }, 'claim_mismatch'],
      ['the other of two rules', { department: 'sales', 'cognito:groups': ['managers'] }, 'claim_mismatch'],
    ],
    { customClaims: [MANAGERS, FINANCE] },
    { twin: { department: 'finance', 'cognito:groups': ['managers'] } },
  ),
];

const SUBJECTS = [
  ...table('JC-19', [
    ['no sub', { sub: undefined }, 'subject_missing'],
    ['sub of nothing', { sub: '' }, 'subject_missing'],
    ['sub an object', { sub: {} }, 'malformed_claim'],
    ['sub null', { sub: null }, 'malformed_claim'],
    ['sub a number', { sub: 7 }, 'malformed_claim'],
    ['sub a list', { sub: ['eve'] }, 'malformed_claim'],
    ['sub of 255 characters', { sub: 'x'.repeat(255) }, 'accept'],
    ['sub of 256 characters', { sub: 'x'.repeat(256) }, 'malformed_claim'],
    ['sub with a NUL', { sub: 'user\u0000' }, 'malformed_claim'],
    ['sub with a line end', { sub: 'user\nadmin' }, 'malformed_claim'],
    ['sub with quotes and backslashes', { sub: 'a"b\\c' }, 'accept'],
    // Another subject than "eve", and taken as that by every layer.
    ['sub in fullwidth letters', { sub: '\uff45\uff56\uff45' }, 'accept'],
  ]),
  ...table('JC-24', [
    ['bound to a key by cnf.jkt', { cnf: { jkt: 'x' } }, 'sender_constrained'],
    ['cnf of nothing', { cnf: {} }, 'sender_constrained'],
    ['cnf null', { cnf: null }, 'sender_constrained'],
  ]),
];

const TYPES: readonly Cell[] = (
  [
    ...['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt'].map((typ) => [typ, 'accept'] as const),
    ...['logout+jwt', 'dpop+jwt', 'id_token', '', 1, null, ['JWT'], 'application/application/jwt'].map(
      (typ) => [typ, 'token_type'] as const,
    ),
  ] as const
).map(([typ, outcome]) => ({
  id: 'JC-23',
  why: `typ ${JSON.stringify(typ)}`,
  rules: CLIENTS,
  source: 'rfc',
  token: (stage) => accessToken(stage, {}, { header: { typ } }),
  outcome,
}));

export const CLAIM_CELLS: readonly Cell[] = [
  ...TIMES,
  ...ISSUERS,
  ...ID_TOKENS,
  ...OPAQUE,
  ...CLIENT_IDS,
  ...AUDIENCES,
  ...SUBSETS,
  ...SCOPE_ROWS,
  ...CUSTOM,
  ...SUBJECTS,
  ...TYPES,
];
