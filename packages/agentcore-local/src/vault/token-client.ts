/** A client of a token endpoint (RFC 6749 sections 2.3.1, 5.1, 5.2). */
import { err, type JsonObject, ok, type Result } from '@secure-agent/contracts';
import { z } from 'zod';
import type { AuthorizationServer } from './authorization-servers.ts';
import type { GuardedFetch } from './guarded-fetch.ts';

export type TokenEndpointClient = {
  readonly server: AuthorizationServer;
  readonly clientId: string;
  readonly clientSecret: string;
};

/** Protocol parameters. Those without a value are left out. */
export type GrantParameters = Readonly<Record<string, string | readonly string[] | undefined>>;

export type ProviderToken = {
  readonly accessToken: string;
  /** Seconds; absent where the server does not say. */
  readonly expiresIn?: number;
  readonly refreshToken?: string;
};

/** `status` of the server's refusal, with its code where that is one of RFC 6749's; absent where nothing came back. */
export type TokenFailure = { readonly status?: number; readonly code?: string };

/** Printable ASCII without spaces: what can stand in a header, and nothing that ends one. */
const TOKEN = /^[\x21-\x7e]{1,131072}$/;

const tokenAnswer = z.object({
  access_token: z.string().regex(TOKEN),
  token_type: z
    .string()
    .regex(/^bearer$/i)
    .optional(),
  expires_in: z.coerce.number().int().nonnegative().optional(),
  refresh_token: z.string().regex(TOKEN).optional(),
});

const KNOWN_CODES =
  /^(?:invalid_(?:request|client|grant|scope|target)|unauthorized_client|unsupported_grant_type|unsupported_token_type)$/;

/** The form's parameters; a custom one never replaces a protocol one (API reference, `customParameters`). */
export function formOf(
  protocol: GrantParameters,
  customParameters: Readonly<Record<string, string>> = {},
): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(protocol)) {
    for (const one of value === undefined ? [] : [value].flat()) form.append(name, one);
  }
  for (const [name, value] of Object.entries(customParameters)) {
    if (!form.has(name) && !RESERVED.has(name)) form.append(name, value);
  }
  return form;
}

/** Parameters that decide who asks, for what and how: never a caller's to add, where the flow does not set them either. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['client_id', 'client_secret', 'client_assertion', 'client_assertion_type', 'grant_type', 'scope'],
  ...['code', 'code_verifier', 'code_challenge', 'code_challenge_method', 'redirect_uri', 'response_type'],
  ...['response_mode', 'state', 'request', 'request_uri', 'refresh_token', 'username', 'password'],
  ...['assertion', 'subject_token', 'actor_token', 'actor_token_type'],
]);

const formEncode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

/** RFC 6749 section 2.3.1: identifier and secret are form-encoded before they become Basic credentials. */
const basic = (clientId: string, clientSecret: string): string =>
  `Basic ${Buffer.from(`${formEncode(clientId)}:${formEncode(clientSecret)}`).toString('base64')}`;

function readToken(body: JsonObject): ProviderToken | undefined {
  const { data } = tokenAnswer.safeParse(body);
  if (data === undefined) return undefined;
  return {
    accessToken: data.access_token,
    ...(data.expires_in === undefined ? {} : { expiresIn: data.expires_in }),
    ...(data.refresh_token === undefined ? {} : { refreshToken: data.refresh_token }),
  };
}

function failureOf(status: number, { error }: JsonObject): TokenFailure {
  return typeof error === 'string' && KNOWN_CODES.test(error) ? { status, code: error } : { status };
}

/** Asks for a token. What the server says in words is not passed on: it is its own, and may repeat what was sent. */
export async function requestToken(
  send: GuardedFetch,
  { server, clientId, clientSecret }: TokenEndpointClient,
  form: URLSearchParams,
): Promise<Result<ProviderToken, TokenFailure>> {
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  if (server.secretInBody) {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
  } else headers['authorization'] = basic(clientId, clientSecret);
  const answer = await send(server.tokenEndpoint, { method: 'POST', body: form.toString(), headers });
  if (!answer.ok) return err({});
  const { status, body } = answer.value;
  if (status !== 200) return err(failureOf(status, body));
  const token = readToken(body);
  return token === undefined ? err({}) : ok(token);
}
