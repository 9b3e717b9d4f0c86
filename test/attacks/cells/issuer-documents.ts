/** Cases of the group JK that one answer shows: what discovery and the key set say, with a token that is good. */
import { notThere, type Page } from '../support/issuers.ts';
import { accessToken, type Cell, type Outcome, type Stage } from './cell.ts';

type Row = readonly [id: string, why: string, arrange: (stage: Stage) => void, outcome: Outcome];

const document =
  (change: (stage: Stage) => object) =>
  (stage: Stage): void => {
    const { pool } = stage;
    pool.discovery = { issuer: pool.issuer, jwks_uri: pool.jwksUrl, ...change(stage) };
  };

const movedTo =
  (url: string): Page =>
  (response) => {
    response.writeHead(302, { location: url }).end();
  };

const ROWS: readonly Row[] = [
  [
    'JK-01',
    'discovery names another issuer',
    document(() => ({ issuer: 'https://evil.example' })),
    'issuer_mismatch',
  ],
  [
    'JK-01',
    'discovery names an issuer below',
    document(({ pool }) => ({ issuer: `${pool.issuer}/x` })),
    'issuer_mismatch',
  ],
  ['JK-01', 'discovery names no issuer', document(() => ({ issuer: undefined })), 'keys_unavailable'],
  [
    'JK-01',
    'discovery names a list',
    document(({ pool }) => ({ issuer: [pool.issuer] })),
    'keys_unavailable',
  ],
  [
    'JK-03',
    'discovery moved to the attacker',
    ({ pool, attacker }) => {
      pool.discovery = movedTo(`${attacker.url}/moved`);
    },
    'keys_unavailable',
  ],
  [
    'JK-03',
    'keys moved to the attacker',
    ({ pool, attacker }) => {
      pool.keys = movedTo(`${attacker.url}/moved`);
    },
    'keys_unavailable',
  ],
  [
    'JK-04',
    'keys at the attacker',
    document(({ attacker }) => ({ jwks_uri: `${attacker.url}/jwks` })),
    'keys_unavailable',
  ],
  [
    'JK-04',
    'keys at the same host with a user name',
    document(({ pool }) => ({ jwks_uri: pool.jwksUrl.replace('//', '//u@') })),
    'keys_unavailable',
  ],
  ['JK-04', 'keys in a file', document(() => ({ jwks_uri: 'file:///etc/passwd' })), 'keys_unavailable'],
  ['JK-04', 'keys at no address', document(() => ({ jwks_uri: '/jwks' })), 'keys_unavailable'],
  ['JK-06', 'keys answer 500', ({ pool }) => pool.takeDown(), 'keys_unavailable'],
  [
    'JK-06',
    'keys answer 500, with the keys',
    ({ pool, keys }) => {
      pool.keys = (response) => {
        response.writeHead(500).end(JSON.stringify({ keys: [keys.k1.jwk] }));
      };
    },
    'keys_unavailable',
  ],
  [
    'JK-06',
    'discovery answers 500',
    ({ pool }) => {
      pool.discovery = notThere;
    },
    'keys_unavailable',
  ],
  [
    'JK-06',
    'keys hang up',
    ({ pool }) => {
      pool.keys = (response) => response.destroy();
    },
    'keys_unavailable',
  ],
  [
    'JK-06',
    'keys are a page',
    ({ pool }) => {
      pool.keys = (response) => {
        response.end('<html>');
      };
    },
    'keys_unavailable',
  ],
  [
    'JK-06',
    'keys are no set',
    ({ pool }) => {
      pool.keys = { keys: {} };
    },
    'keys_unavailable',
  ],
  [
    'JK-06',
    'keys are too many bytes',
    ({ pool, keys }) => {
      pool.keys = { keys: [keys.k1.jwk], filler: 'x'.repeat(300_000) };
    },
    'keys_unavailable',
  ],
  ['JK-06', 'the set is empty', ({ pool }) => pool.publish(), 'unknown_key'],
];

/** All is as it should be again, and the time has passed after which it is looked for. */
const repair = ({ pool, keys, world }: Stage): void => {
  pool.discovery = { issuer: pool.issuer, jwks_uri: pool.jwksUrl };
  pool.publish(keys.k1.jwk, keys.k2.jwk);
  world.clock.now += 10_000;
};

export const DOCUMENT_CELLS: readonly Cell[] = ROWS.map(([id, why, arrange, outcome]) => ({
  id,
  why,
  rules: { allowedClients: ['app'] },
  arrange,
  repair,
  token: (stage) => accessToken(stage),
  outcome,
  source: 'rfc',
}));
