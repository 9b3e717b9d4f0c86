/** Signatures: AWS's own published vectors, and every way to change a signed request. */
import { describe, expect, it } from 'vitest';
import { createCredentials, verifySigV4 } from '../../src/credentials/index.ts';
import { type Draft, headOf, type Signing, signatureHeader } from './sign.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const DATE = '20260101T120000Z';
const ROLE = 'arn:aws:iam::000000000000:role/agent';
const credentials = createCredentials();
const key = credentials.ofRole(ROLE);

const DRAFT: Draft = {
  method: 'POST',
  path: '/runtimes/arn%3Aaws%3Ax/invocations/',
  search: 'a=1&b=x%20y',
  headers: [
    ['Host', '127.0.0.1:4566'],
    ['X-Amz-Date', DATE],
    ['X-Amz-Target', 'Service.Operation'],
    ['Content-Type', 'application/json'],
  ],
  body: '{"a":1}',
};
const SIGNING: Signing = { ...key, service: 'bedrock-agentcore', region: 'us-east-1', date: DATE };

const SIGNED = signatureHeader(DRAFT, SIGNING);

type Sent = {
  readonly draft?: Partial<Draft>;
  readonly header?: string | null;
  readonly extra?: [string, string][];
  readonly now?: number;
};

async function verify({ draft = {}, header = SIGNED, extra = [], now = NOW }: Sent) {
  const sent = { ...DRAFT, ...draft };
  const authorization: [string, string][] = header === null ? [] : [['Authorization', header]];
  const options = { service: 'bedrock-agentcore', region: 'us-east-1', now: () => now, credentials };
  const result = await verifySigV4(headOf(sent, ...authorization, ...extra), Buffer.from(sent.body), options);
  return result.ok ? result.value.arn : result.error.kind;
}

const signed = (changes: Partial<Signing>, draft: Partial<Draft> = {}) => ({
  draft,
  header: signatureHeader({ ...DRAFT, ...draft }, { ...SIGNING, ...changes }),
});
const replaceHeader = (name: string, value: string): Partial<Draft> => ({
  headers: DRAFT.headers.map(([sent, old]) => [sent, sent === name ? value : old] as const),
});
const operator = createCredentials().operator;
const without = (name: string): Partial<Draft> => ({
  headers: DRAFT.headers.filter(([sent]) => sent !== name),
});
const withHash = (hash: string): Partial<Draft> => ({
  headers: [...DRAFT.headers, ['X-Amz-Content-Sha256', hash]],
});

const ROWS: readonly [why: string, sent: Sent, outcome: string][] = [
  ['as it was signed', {}, ROLE],
  ['no Authorization', { header: null }, 'unsigned'],
  ['a bearer token', { header: 'Bearer a.b.c' }, 'unsigned'],
  ['presigned in the query', { header: null, draft: { search: 'X-Amz-Signature=0' } }, 'unsigned'],
  ['two Authorization headers', { extra: [['authorization', SIGNED]] }, 'bad_signature'],
  ['a header of another form', { header: 'AWS4-HMAC-SHA256 nonsense' }, 'bad_signature'],
  ['the asymmetric algorithm', { header: SIGNED.replace('HMAC', 'ECDSA-P256') }, 'bad_signature'],
  ['an unknown key', signed(operator), 'bad_signature'],
  ['a wrong secret', signed({ secretAccessKey: operator.secretAccessKey }), 'bad_signature'],
  [
    "another role's secret",
    signed({ secretAccessKey: credentials.ofRole('arn:aws:iam::000000000000:role/other').secretAccessKey }),
    'bad_signature',
  ],
  ['another method', { draft: { method: 'PUT' } }, 'bad_signature'],
  ['another path', { draft: { path: '/runtimes/arn%3Aaws%3Ay/invocations/' } }, 'bad_signature'],
  ['the path decoded', { draft: { path: '/runtimes/arn:aws:x/invocations/' } }, 'bad_signature'],
  ['no trailing slash', { draft: { path: '/runtimes/arn%3Aaws%3Ax/invocations' } }, 'bad_signature'],
  ['another query', { draft: { search: 'a=2&b=x%20y' } }, 'bad_signature'],
  ['a member more in the query', { draft: { search: 'a=1&a=1&b=x%20y' } }, 'bad_signature'],
  ['plus for a space in the query', { draft: { search: 'a=1&b=x+y' } }, 'bad_signature'],
  ['the query in another order', { draft: { search: 'b=x%20y&a=1' } }, ROLE],
  ['a broken percent sequence in the query', { draft: { search: 'a=%zz' } }, 'bad_signature'],
  ['another body', { draft: { body: '{"a":2}' } }, 'bad_signature'],
  ['no body', { draft: { body: '' } }, 'bad_signature'],
  ['another target', { draft: replaceHeader('X-Amz-Target', 'Service.Other') }, 'bad_signature'],
  ['another host', { draft: replaceHeader('Host', 'evil.example') }, 'bad_signature'],
  ['another content type', { draft: replaceHeader('Content-Type', 'text/plain') }, 'bad_signature'],
  [
    'an unsigned header more',
    {
      extra: [
        ['User-Agent', 'x'],
        ['Accept', '*/*'],
      ],
    },
    ROLE,
  ],
  ['an unsigned x-amz- header more', { extra: [['X-Amz-Security-Token', 'x']] }, 'bad_signature'],
  ['a signed header twice', { extra: [['Content-Type', 'application/json']] }, 'bad_signature'],
  ['a signed header left out', { draft: without('Content-Type') }, 'bad_signature'],
  [
    'host not signed',
    signed({ signedHeaders: ['content-type', 'x-amz-date', 'x-amz-target'] }),
    'bad_signature',
  ],
  ['target not signed', signed({ signedHeaders: ['content-type', 'host', 'x-amz-date'] }), 'bad_signature'],
  ['content type not signed', signed({ signedHeaders: ['host', 'x-amz-date', 'x-amz-target'] }), ROLE],
  ['no date', signed({}, without('X-Amz-Date')), 'bad_signature'],
  [
    'a date of another form',
    signed({}, replaceHeader('X-Amz-Date', '2026-01-01T12:00:00Z')),
    'bad_signature',
  ],
  ['a scope of another day', signed({ day: '20260102' }), 'bad_signature'],
  ['a scope changed to another day', { header: SIGNED.replace('/20260101/', '/20260102/') }, 'bad_signature'],
  [
    'a list that names a header more',
    { header: SIGNED.replace('SignedHeaders=', 'SignedHeaders=accept;') },
    'bad_signature',
  ],
  ['a list that names a header less', { header: SIGNED.replace('content-type;', '') }, 'bad_signature'],
  [
    'the declared hash of the body',
    signed({}, withHash('015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862')),
    ROLE,
  ],
  [
    'the declared hash of another body',
    signed({ payloadHash: '0'.repeat(64) }, withHash('0'.repeat(64))),
    'bad_signature',
  ],
  [
    'a body left unsigned',
    signed({ payloadHash: 'UNSIGNED-PAYLOAD' }, withHash('UNSIGNED-PAYLOAD')),
    'bad_signature',
  ],
  ['a body left unsigned and not declared', signed({ payloadHash: 'UNSIGNED-PAYLOAD' }), 'bad_signature'],
  ['another service', signed({ service: 'lambda' }), 'bad_signature'],
  ['another region', signed({ region: 'eu-west-1' }), 'bad_signature'],
  ['five minutes old', { now: NOW + 300_000 }, ROLE],
  ['over five minutes old', { now: NOW + 300_001 }, 'expired_signature'],
  ['five minutes early', { now: NOW - 300_000 }, ROLE],
  ['over five minutes early', { now: NOW - 300_001 }, 'expired_signature'],
];

describe('SigV4', () => {
  it.each(ROWS)('%s', async (_why, sent, outcome) => expect(await verify(sent)).toBe(outcome));

  it('says the same of an unknown key as of a wrong secret, and repeats nothing of the request', async () => {
    const messages = await Promise.all(
      [signed(operator), signed({ secretAccessKey: 'x'.repeat(40) })].map(async ({ header }) => {
        const options = { service: 'bedrock-agentcore', region: 'us-east-1', now: () => NOW, credentials };
        const result = await verifySigV4(
          headOf(DRAFT, ['Authorization', header]),
          Buffer.from(DRAFT.body),
          options,
        );
        return result.ok ? '' : result.error.message;
      }),
    );
    expect(messages[0]).toBe(messages[1]);
    expect(messages[0]).not.toContain(operator.accessKeyId);
  });
});

/** The AWS Signature Version 4 test suite. */
const PUBLISHED: readonly [name: string, method: string, search: string, signature: string][] = [
  ['get-vanilla', 'GET', '', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['post-vanilla', 'POST', '', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'get-vanilla-query-order-key-case',
    'GET',
    'Param2=value2&Param1=value1',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
];

it.each(PUBLISHED)('verifies the published vector %s', async (_name, method, search, signature) => {
  const draft: Draft = {
    method,
    path: '/',
    search,
    body: '',
    headers: [
      ['Host', 'example.amazonaws.com'],
      ['X-Amz-Date', '20150830T123600Z'],
    ],
  };
  const header = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`;
  const find = () => ({ secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', arn: 'example' });
  const options = {
    service: 'service',
    region: 'us-east-1',
    now: () => Date.UTC(2015, 7, 30, 12, 36),
    credentials: { find },
  };
  expect(await verifySigV4(headOf(draft, ['Authorization', header]), Buffer.alloc(0), options)).toMatchObject(
    { ok: true },
  );
  const other = header.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
  expect(await verifySigV4(headOf(draft, ['Authorization', other]), Buffer.alloc(0), options)).toMatchObject({
    ok: false,
  });
});
