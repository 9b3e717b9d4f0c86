/** Client authentication at the token endpoint (RFC 6749 section 2.3.1). */
import type { IdentityContext } from '../context.ts';
import { OAuthError } from '../errors.ts';
import { equalSecrets, newOpaqueToken } from '../random.ts';
import type { Client, Pool } from '../store/records.ts';
import type { Parameters } from './form.ts';

type Credentials = { readonly clientId: string; readonly clientSecret: string | undefined };

const refuse = (): never => {
  throw new OAuthError('invalid_client', 'The client is unknown or its credentials are wrong.');
};

const malformed = (message: string): never => {
  throw new OAuthError('invalid_request', message);
};

const formDecode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));

function parseBasic(authorization: string): { readonly id: string; readonly secret: string } {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization) ?? [];
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return malformed('The Authorization header is not Basic credentials.');
  try {
    return { id: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
  } catch {
    return malformed('The Authorization header is not Basic credentials.');
  }
}

function credentialsOf(authorization: string | undefined, form: Parameters): Credentials {
  const clientId = form.get('client_id');
  if (authorization === undefined) {
    if (clientId === undefined) return refuse();
    return { clientId, clientSecret: form.get('client_secret') };
  }
  if (form.has('client_secret')) return malformed('Authenticate in the header or in the body, not in both.');
  const { id, secret } = parseBasic(authorization);
  if (clientId !== undefined && clientId !== id) return malformed('Header and body name different clients.');
  return { clientId: id, clientSecret: secret };
}

/** Compared with when there is no such client, so that this takes no less time. */
const NOBODY = newOpaqueToken();

/**
 * @returns the client of this pool that the request proves to come from; a public client proves nothing.
 * @throws OAuthError `invalid_client`, or `invalid_request` for two methods at once.
 */
export function authenticateClient(
  context: IdentityContext,
  pool: Pool,
  authorization: string | undefined,
  form: Parameters,
): Client {
  const { clientId, clientSecret } = credentialsOf(authorization, form);
  const client = context.store.clients.find(
    (entry) => entry.clientId === clientId && entry.poolId === pool.id,
  );
  const isPublic = client !== undefined && client.clientSecret === undefined;
  const proven = isPublic
    ? clientSecret === undefined
    : equalSecrets(clientSecret ?? '', client?.clientSecret ?? NOBODY);
  return client !== undefined && proven ? client : refuse();
}
