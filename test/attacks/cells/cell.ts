/** One token at all doors: what is configured, what is sent, what must come of it, and where that is written. */
import { mint, rs256, type Signer, type SigningKey } from '../support/forger.ts';
import type { Attacker, Pool } from '../support/issuers.ts';
import type { AuthorizerRules, World } from '../support/world.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Made once for a file of tests. */
export type Keys = {
  readonly k1: SigningKey;
  readonly k2: SigningKey;
  /** Comes with a rotation. */
  readonly k3: SigningKey;
  /** The attacker's own, under the name of k1. */
  readonly foreign: SigningKey;
  readonly elliptic: SigningKey;
  /** 1024 bits. */
  readonly short: SigningKey;
};

/** Where a cell plays: an issuer of its own, which publishes k1 and k2 unless the cell says otherwise. */
export type Stage = {
  readonly world: World;
  readonly pool: Pool;
  readonly keys: Keys;
  readonly attacker: Attacker;
};

/**
 * Why a door refuses, in the operator's words (`RefusalReason` of the authorizer). `unparsable` is the `malformed_token`
 * that AWS tells apart on the wire: what is no JWT at all.
 */
export type Outcome =
  | 'accept'
  | 'unparsable'
  | 'algorithm'
  | 'audience_mismatch'
  | 'claim_mismatch'
  | 'client_mismatch'
  | 'duplicate_header'
  | 'expired'
  | 'insufficient_scope'
  | 'issuer_mismatch'
  | 'keys_unavailable'
  | 'lifetime_too_long'
  | 'malformed_claim'
  | 'malformed_token'
  | 'method_mismatch'
  | 'missing_token'
  | 'not_yet_valid'
  | 'sender_constrained'
  | 'signature'
  | 'subject_missing'
  | 'token_type'
  | 'too_large'
  | 'unknown_key';

/** `doc`: AWS documents it. `seen`: captured from the live service. `choice`: AWS is silent. `rfc`: a standard says it. */
export type Source = 'doc' | 'seen' | 'choice' | 'rfc';

export type Cell = {
  /** Of a vector, or the attack row that it is a case of. */
  readonly id: string;
  readonly why: string;
  readonly rules: AuthorizerRules;
  readonly token: (stage: Stage) => string;
  /** Values of `Authorization`; one `Bearer` unless told. */
  readonly credentials?: (token: string) => readonly string[];
  readonly query?: (token: string) => string;
  /** Brings the issuer into the cell's state. `use` sends a good token before, where the cell needs warm keys. */
  readonly arrange?: (stage: Stage) => void;
  /** The keys are fetched before `arrange` changes them. */
  readonly warm?: true;
  /** Mends the issuer for the twin. */
  readonly repair?: (stage: Stage) => void;
  /** Claims of a good token, where the usual ones are not good for these rules. */
  readonly twin?: Claims;
  /** Who signs the twin; k1 unless told. */
  readonly twinKey?: keyof Keys;
  readonly outcome: Outcome;
  readonly source: Source;
};

/** Rules that the agent cannot be given: it checks clients, scopes and `token_use`, nothing else. */
export const agentKnows = ({ allowedAudience, customClaims = [] }: AuthorizerRules): boolean =>
  allowedAudience === undefined && customClaims.every((rule) => JSON.stringify(rule).includes('token_use'));

export const secondsOf = ({ world }: Stage): number => world.clock.now / 1000;

/** A Cognito access token of an hour. A claim of undefined is left out. */
export const accessClaims = (stage: Stage, changes: Claims = {}): Claims => ({
  iss: stage.pool.issuer,
  sub: '5f1e0c5e-0000-4000-8000-000000000001',
  client_id: 'app',
  token_use: 'access',
  scope: 'hr/invoke hr/read',
  username: 'eve',
  exp: secondsOf(stage) + 3600,
  iat: secondsOf(stage) - 10,
  jti: '7d3cf2ca-0000-4000-8000-00000000000a',
  ...changes,
});

export type Making = {
  /** Members over `alg` and `kid`; undefined leaves one out. Text is the whole header. */
  readonly header?: Claims | string;
  readonly key?: SigningKey;
  readonly signer?: Signer;
};

export function accessToken(stage: Stage, claims: Claims | string = {}, making: Making = {}): string {
  const { key = stage.keys.k1, header = {}, signer = rs256(key) } = making;
  const protectedHeader = typeof header === 'string' ? header : { alg: 'RS256', kid: key.kid, ...header };
  return mint(protectedHeader, typeof claims === 'string' ? claims : accessClaims(stage, claims), signer);
}

/** What every file of rows begins with: where this fails, no refusal means anything. */
export const CONTROL: Cell = {
  id: 'control:',
  why: 'a good token is let in at every door',
  rules: { allowedClients: ['app'] },
  token: (stage) => accessToken(stage),
  outcome: 'accept',
  source: 'doc',
};
