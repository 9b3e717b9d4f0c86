/** Cases of the group BX that a header's value shows: what is and what is not one bearer token. */
import { accessToken, type Cell, type Outcome, type Source } from './cell.ts';

type Row = readonly [
  id: string,
  why: string,
  /** Values of `Authorization`, of the developer's token and another good one. */
  credentials: (token: string) => readonly string[],
  outcome: Outcome,
  source: Source,
  query?: (token: string) => string,
];

const SIGV4 =
  'AWS4-HMAC-SHA256 Credential=A/20261122/us-east-1/bedrock-agentcore/aws4_request, SignedHeaders=host, Signature=00';

const basic = (token: string): string => `Basic ${Buffer.from(`eve:${token}`).toString('base64')}`;

const ROWS: readonly Row[] = [
  ['BX-01', 'no credential', () => [], 'missing_token', 'rfc'],
  ['BX-02', 'Bearer', () => ['Bearer'], 'unparsable', 'seen'],
  ['BX-02', 'Bearer and a blank', () => ['Bearer '], 'unparsable', 'seen'],
  ['BX-02', 'Bearer ""', () => ['Bearer ""'], 'malformed_token', 'choice'],
  ['BX-02', 'Bearer null', () => ['Bearer null'], 'unparsable', 'seen'],
  ['BX-02', 'Bearer undefined', () => ['Bearer undefined'], 'unparsable', 'seen'],
  ['BX-02', 'Bearer [object Object]', () => ['Bearer [object Object]'], 'malformed_token', 'choice'],
  ['BX-02', 'Bearer ..', () => ['Bearer ..'], 'unparsable', 'choice'],
  ['BX-03', 'the token in the query', () => [], 'missing_token', 'rfc', (token) => `access_token=${token}`],
  [
    'BX-06',
    'a noise line first',
    (token) => ['Bearer e30.e30.AAAA', `Bearer ${token}`],
    'duplicate_header',
    'choice',
  ],
  [
    'BX-06',
    'a noise line last',
    (token) => [`Bearer ${token}`, 'Bearer e30.e30.AAAA'],
    'duplicate_header',
    'choice',
  ],
  [
    'BX-06',
    'one token twice',
    (token) => [`Bearer ${token}`, `Bearer ${token}`],
    'duplicate_header',
    'choice',
  ],
  ['BX-06', 'an empty line first', (token) => ['', `Bearer ${token}`], 'duplicate_header', 'choice'],
  [
    'BX-07',
    'two tokens with a comma',
    (token) => [`Bearer ${token}, Bearer ${token}`],
    'malformed_token',
    'choice',
  ],
  ['BX-07', 'two tokens with a blank', (token) => [`Bearer ${token} ${token}`], 'malformed_token', 'choice'],
  ['BX-07', 'a token and a parameter', (token) => [`Bearer ${token}; x=1`], 'malformed_token', 'choice'],
  [
    'BX-07',
    'Basic before Bearer in one line',
    (token) => [`Basic eDp5, Bearer ${token}`],
    'missing_token',
    'choice',
  ],
  ['BX-08', 'Basic', (token) => [basic(token)], 'missing_token', 'rfc'],
  ['BX-08', 'DPoP', (token) => [`DPoP ${token}`], 'missing_token', 'rfc'],
  ['BX-08', 'Token', (token) => [`Token ${token}`], 'missing_token', 'rfc'],
  ['BX-08', 'no scheme', (token) => [token], 'missing_token', 'rfc'],
  ['BX-08', 'a longer scheme', (token) => [`BearerX ${token}`], 'missing_token', 'rfc'],
  ['BX-08', 'an AWS signature', () => [SIGV4], 'method_mismatch', 'doc'],
  ['BX-09', 'bearer', (token) => [`bearer ${token}`], 'accept', 'rfc'],
  ['BX-09', 'BEARER', (token) => [`BEARER ${token}`], 'accept', 'rfc'],
  ['BX-09', 'two blanks', (token) => [`Bearer  ${token}`], 'malformed_token', 'choice'],
  ['BX-09', 'a tab', (token) => [`Bearer\t${token}`], 'malformed_token', 'choice'],
  ['BX-11', 'a token of 9 KB', () => [`Bearer e30.${'A'.repeat(9 * 1024)}.AAAA`], 'too_large', 'choice'],
];

export const CREDENTIAL_CELLS: readonly Cell[] = ROWS.map(
  ([id, why, credentials, outcome, source, query]) => ({
    id,
    why,
    rules: { allowedClients: ['app'] },
    token: (stage) => accessToken(stage),
    credentials,
    ...(query === undefined ? {} : { query }),
    outcome,
    source,
  }),
);
