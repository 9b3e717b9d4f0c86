/**
 * What a template may say about an app client. Unknown properties are errors, for the reason in pool-settings.ts.
 * Source: CloudFormation template reference, AWS::Cognito::UserPoolClient; limits from API_CreateUserPoolClient.
 */
import { z } from 'zod';

const SECONDS_PER = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const;
export type ValidityUnit = keyof typeof SECONDS_PER;

const unit = z.enum(['seconds', 'minutes', 'hours', 'days']);

const FIVE_MINUTES = 300;
const ONE_HOUR = 3_600;
const ONE_DAY = 86_400;
const TEN_YEARS = 3_650 * ONE_DAY;

export const AUTH_FLOWS = [
  'ALLOW_ADMIN_USER_PASSWORD_AUTH',
  'ALLOW_CLIENT_TOKEN_AUTH',
  'ALLOW_CUSTOM_AUTH',
  'ALLOW_REFRESH_TOKEN_AUTH',
  'ALLOW_USER_AUTH',
  'ALLOW_USER_PASSWORD_AUTH',
  'ALLOW_USER_SRP_AUTH',
] as const;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** https, http on this machine, or an app's own scheme; never with a fragment (RFC 6749 section 3.1.2). */
function isCallback(text: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false;
  const { protocol, hostname } = new URL(text);
  if (protocol === 'http:') return LOOPBACK.has(hostname);
  return !['javascript:', 'data:', 'file:', 'blob:'].includes(protocol);
}

const callback = z.string().min(1).max(1024).refine(isCallback, 'is not a callback URL that AWS accepts');

const fields = z.strictObject({
  UserPoolId: z.string().min(1),
  ClientName: z.string().min(1).max(128).optional(),
  GenerateSecret: z.boolean().optional(),
  ExplicitAuthFlows: z.array(z.enum(AUTH_FLOWS)).optional(),
  AllowedOAuthFlows: z.array(z.enum(['code', 'client_credentials'])).optional(),
  AllowedOAuthFlowsUserPoolClient: z.boolean().optional(),
  AllowedOAuthScopes: z
    .array(z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,256}$/))
    .max(50)
    .optional(),
  CallbackURLs: z.array(callback).max(100).optional(),
  DefaultRedirectURI: z.string().optional(),
  LogoutURLs: z.array(callback).max(100).optional(),
  ReadAttributes: z.array(z.string()).optional(),
  WriteAttributes: z.array(z.string()).optional(),
  AccessTokenValidity: z.number().int().positive().optional(),
  IdTokenValidity: z.number().int().positive().optional(),
  RefreshTokenValidity: z.number().int().positive().optional(),
  TokenValidityUnits: z
    .strictObject({ AccessToken: unit.optional(), IdToken: unit.optional(), RefreshToken: unit.optional() })
    .optional(),
  /** Minutes that a challenge stays open. */
  AuthSessionValidity: z.number().int().min(3).max(15).optional(),
  EnableTokenRevocation: z.boolean().optional(),
  PreventUserExistenceErrors: z.enum(['ENABLED', 'LEGACY']).optional(),
  RefreshTokenRotation: z.looseObject({ Feature: z.literal('DISABLED') }).optional(),
  SupportedIdentityProviders: z.array(z.literal('COGNITO')).optional(),
  EnablePropagateAdditionalUserContextData: z.json().optional(),
  AnalyticsConfiguration: z.json().optional(),
});

/** Lives of a client's tokens, in seconds. Defaults: API_CreateUserPoolClient. */
export function tokenLives(settings: z.infer<typeof fields>): {
  readonly access: number;
  readonly id: number;
  readonly refresh: number;
} {
  const units = settings.TokenValidityUnits;
  return {
    access: (settings.AccessTokenValidity ?? 1) * SECONDS_PER[units?.AccessToken ?? 'hours'],
    id: (settings.IdTokenValidity ?? 1) * SECONDS_PER[units?.IdToken ?? 'hours'],
    refresh: (settings.RefreshTokenValidity ?? 30) * SECONDS_PER[units?.RefreshToken ?? 'days'],
  };
}

type Problem = (path: string, message: string) => void;

/** A client of machines is nothing else, and has a secret (cognito-user-pools-define-resource-servers). */
function checkMachineFlows(settings: z.infer<typeof fields>, problem: Problem): void {
  const { AllowedOAuthFlows: flows = [], ExplicitAuthFlows: explicit = [], GenerateSecret } = settings;
  if (explicit.includes('ALLOW_CLIENT_TOKEN_AUTH')) {
    if (explicit.length > 1) problem('ExplicitAuthFlows', 'ALLOW_CLIENT_TOKEN_AUTH must be the only flow');
    if (GenerateSecret !== true) problem('GenerateSecret', 'ALLOW_CLIENT_TOKEN_AUTH needs a client secret');
  }
  if (!flows.includes('client_credentials')) return;
  if (flows.includes('code')) problem('AllowedOAuthFlows', 'client_credentials cannot go with code');
  if (GenerateSecret !== true) problem('GenerateSecret', 'client_credentials needs a client secret');
}

export const clientSettings = fields.superRefine((settings, context) => {
  const problem: Problem = (path, message) => context.addIssue({ code: 'custom', message, path: [path] });
  const lives = tokenLives(settings);
  for (const [path, life] of [
    ['AccessTokenValidity', lives.access],
    ['IdTokenValidity', lives.id],
  ] as const) {
    if (life < FIVE_MINUTES || life > ONE_DAY) problem(path, 'must be between 5 minutes and 1 day');
  }
  if (lives.refresh < ONE_HOUR || lives.refresh > TEN_YEARS || lives.refresh < lives.access) {
    problem(
      'RefreshTokenValidity',
      'must be between 60 minutes and 10 years, and no less than the access token',
    );
  }
  checkMachineFlows(settings, problem);
});
export type ClientSettings = z.infer<typeof clientSettings>;
