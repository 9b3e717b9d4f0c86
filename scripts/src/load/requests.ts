/** The bytes of a described request, and whether an answer is the expected one. */
import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import type { Answer } from '../bench/drive.ts';
import { type Claims, personClaims, signToken } from '../bench/issuer.ts';
import type { Expected } from './expected.ts';
import { type Spec, TOKENS, type TokenKind } from './spec.ts';

const PEOPLE = 100;

type Make = (claims: Claims, now: number) => string;

const segment = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token whose signature is what the header says: the public key as a shared secret (RFC 8725 section 2.1). */
function hs256(claims: Claims, key: KeyObject): string {
  const input = `${segment({ alg: 'HS256', kid: 'k1' })}.${segment(claims)}`;
  const secret = createPublicKey(key).export({ format: 'pem', type: 'spki' });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** Tokens of every kind for every caller, by kind and person. */
export function makeTokens(
  signingKey: string,
  shortUntil: number,
): ReadonlyMap<TokenKind, readonly string[]> {
  const key = createPrivateKey(signingKey);
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const seconds = Math.floor(Date.now() / 1000);
  const signed =
    (change: Claims): Make =>
    (claims) =>
      signToken({ ...claims, ...change }, key);
  const makers: Readonly<Record<TokenKind, Make>> = {
    valid: signed({}),
    reader: signed({ scope: 'hr/invoke hr/read' }),
    developer: signed({ scope: 'hr/invoke hr/write hr/developer' }),
    short: signed({ exp: shortUntil / 1000 }),
    none: () => '',
    garbage: () => 'not.a.token',
    expired: signed({ iat: seconds - 7200, auth_time: seconds - 7200, exp: seconds - 1 }),
    not_yet: signed({ nbf: seconds + 3600 }),
    foreign_key: (claims) => signToken(claims, foreign),
    alg_none: (claims) => `${segment({ alg: 'none', kid: 'k1' })}.${segment(claims)}.`,
    hs256: (claims) => hs256(claims, key),
    other_client: signed({ client_id: 'another' }),
    no_scope: signed({ scope: 'openid' }),
    twice: signed({}),
  };
  const people = Array.from({ length: PEOPLE }, (_, person) => personClaims(person, Date.now()));
  return new Map(TOKENS.map((kind) => [kind, people.map((claims) => makers[kind](claims, seconds))]));
}

/** The arguments of a call. No two requests of a load have the same. */
export const argumentsOf = ({ index, days, undeclared }: Spec): Claims => ({
  start_date: '2026-12-01',
  ...(days === undefined ? {} : { days }),
  reason: `request ${index}`,
  ...(undeclared ? { surprise: true } : {}),
});

function bodyOf(spec: Spec): string {
  const { index, body, tool } = spec;
  const name = tool < 0 ? 'Bench___nothing' : `Bench___tool_${tool}`;
  const call = {
    jsonrpc: '2.0',
    id: index,
    method: 'tools/call',
    params: { name, arguments: argumentsOf(spec) },
  };
  const text = JSON.stringify(call);
  switch (body) {
    case 'call':
      return text;
    case 'cut':
      return text.slice(0, -3);
    case 'batch':
      return `[${text},${text}]`;
    case 'name_twice':
      return text.replace('"name":', '"name":"Bench___tool_0","name":');
    case 'no_id':
      return JSON.stringify({ ...call, id: undefined });
    case 'not_object':
      return '"tools/call"';
    case 'no_method':
      return JSON.stringify({ ...call, method: 'tools/burn' });
  }
}

export type Place = {
  readonly port: number;
  readonly path: string;
  readonly tokens: ReadonlyMap<TokenKind, readonly string[]>;
};

/** The whole request. */
export function requestOf(spec: Spec, { port, path, tokens }: Place): string {
  const body = bodyOf(spec);
  const host = spec.door === 'host' ? 'evil.example' : `127.0.0.1:${port}`;
  const method = spec.door === 'method' ? 'PUT' : 'POST';
  const token = tokens.get(spec.token)?.[spec.person] ?? '';
  const bearer = `authorization: Bearer ${token}\r\n`;
  const headers = spec.token === 'none' ? '' : spec.token === 'twice' ? bearer + bearer : bearer;
  return (
    `${method} ${spec.door === 'path' ? `${path}/` : path} HTTP/1.1\r\nhost: ${host}\r\n` +
    `content-type: application/json\r\naccept: application/json, text/event-stream\r\n${headers}` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

/** The parsed answer, as far as a check looks at it. */
type Wire = {
  readonly id?: unknown;
  readonly error?: { readonly code?: unknown };
  readonly result?: { readonly isError?: unknown; readonly content?: readonly [{ readonly text?: unknown }] };
};

function parsed(body: string): Wire | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isAs(expected: Expected, spec: Spec, { status, head, body }: Answer): boolean {
  if (expected.kind === 'refused') return status === expected.status;
  const wire = parsed(body);
  const text = wire?.result?.content?.[0].text;
  if (expected.kind === 'rpc_error') {
    const challenged = status !== 401 || /\r\nwww-authenticate: Bearer /i.test(head);
    const own = status !== 200 || wire?.id === spec.index;
    return status === expected.status && wire?.error?.code === expected.code && challenged && own;
  }
  if (status !== 200 || wire?.id !== spec.index || typeof text !== 'string') return false;
  if (expected.kind === 'bad_arguments') {
    return wire.result?.isError === true && text.startsWith('ValidationException');
  }
  return wire.result?.isError === false && text === JSON.stringify(argumentsOf(spec));
}

/** @returns what is wrong with an answer, in one line; undefined when it is one of the expected. */
export function problemOf(expected: readonly Expected[], spec: Spec, answer: Answer): string | undefined {
  if (expected.some((one) => isAs(one, spec, answer))) return undefined;
  const { index: _index, ...what } = spec;
  return `expected ${JSON.stringify(expected)} of ${JSON.stringify(what)}, got ${answer.status} ${answer.body.slice(0, 200)}`;
}
