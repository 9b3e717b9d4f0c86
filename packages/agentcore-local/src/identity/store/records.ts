/** What is kept. Lists of records, never objects keyed by a name that somebody chose. */
import { z } from 'zod';
import { clientSettings } from './client-settings.ts';
import { poolSettings } from './pool-settings.ts';

/** Milliseconds since 1970. */
const instant = z.number().int();
const written = { createdAt: instant, modifiedAt: instant };

export const poolRecord = z.strictObject({
  /** `<region>_<9 letters or digits>` */
  id: z.string(),
  arn: z.string(),
  name: z.string(),
  region: z.string(),
  settings: poolSettings,
  /** Makes the answers about users who do not exist, the same every time. Absent until one is needed. */
  simulationKey: z.string().optional(),
  ...written,
});
export type Pool = z.infer<typeof poolRecord>;

export const clientRecord = z.strictObject({
  poolId: z.string(),
  clientId: z.string(),
  clientName: z.string(),
  clientSecret: z.string().optional(),
  settings: clientSettings,
  ...written,
});
export type Client = z.infer<typeof clientRecord>;

export const domainRecord = z.strictObject({
  poolId: z.string(),
  /** The first label of the hosted domain. */
  prefix: z.string(),
});
export type Domain = z.infer<typeof domainRecord>;

export const resourceServerRecord = z.strictObject({
  poolId: z.string(),
  identifier: z.string(),
  name: z.string(),
  scopes: z.array(z.strictObject({ ScopeName: z.string(), ScopeDescription: z.string() })),
});
export type ResourceServer = z.infer<typeof resourceServerRecord>;

export const groupRecord = z.strictObject({
  poolId: z.string(),
  name: z.string(),
  description: z.string().optional(),
  precedence: z.number().int().nonnegative().optional(),
  roleArn: z.string().optional(),
  ...written,
});
export type Group = z.infer<typeof groupRecord>;

export const userAttribute = z.strictObject({ Name: z.string(), Value: z.string() });
export type UserAttribute = z.infer<typeof userAttribute>;

/** See users/srp-record.ts. Numbers in hexadecimal. */
const srpRecord = z.strictObject({ salt: z.string(), verifier: z.string(), userId: z.string() });
export type SrpRecord = z.infer<typeof srpRecord>;

export const userRecord = z.strictObject({
  poolId: z.string(),
  username: z.string(),
  /** UUID, never changed. */
  sub: z.string(),
  /** See users/password-hash.ts. */
  passwordHash: z.string(),
  /** Absent where no client of the pool used SRP when the password was set. */
  srp: srpRecord.optional(),
  passwordSetAt: instant,
  status: z.enum(['CONFIRMED', 'FORCE_CHANGE_PASSWORD', 'RESET_REQUIRED']),
  enabled: z.boolean(),
  attributes: z.array(userAttribute),
  groups: z.array(z.string()),
  ...written,
});
export type User = z.infer<typeof userRecord>;

/** One sign-in: what its refresh token stands for. Without this record its tokens are revoked. */
export const sessionRecord = z.strictObject({
  poolId: z.string(),
  clientId: z.string(),
  sub: z.string(),
  originJti: z.string(),
  /** SHA-256 of the refresh token, base64url. */
  tokenHash: z.string(),
  /** Scopes asked for, before the trigger changed them. */
  scopes: z.array(z.string()),
  /** The resource that the sign-in was bound to: the audience of its access tokens. */
  resource: z.string().optional(),
  /** Seconds since 1970. */
  authTime: z.number().int(),
  expiresAt: instant,
});
export type Session = z.infer<typeof sessionRecord>;

const publicJwk = z.strictObject({ kty: z.literal('RSA'), n: z.string(), e: z.string() });

export const KEY_USES = ['access', 'id'] as const;
export type KeyUse = (typeof KEY_USES)[number];

export const signingKeyRecord = z.strictObject({
  poolId: z.string(),
  kid: z.string(),
  tokenUse: z.enum(KEY_USES),
  publicJwk,
  /** PKCS #8 PEM. Absent once the key is retired: tokens it signed still verify, none is signed any more. */
  privateKey: z.string().optional(),
  createdAt: instant,
});
export type SigningKey = z.infer<typeof signingKeyRecord>;
