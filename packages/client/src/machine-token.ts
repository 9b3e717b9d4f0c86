/**
 * A machine's access token by the client-credentials grant.
 * Source: RFC 6749 section 4.4; Cognito developer guide, token endpoint.
 */
import { z } from 'zod';
import { ClientError } from './client-error.ts';

const answer = z.object({ access_token: z.string(), expires_in: z.number() });

/** An error code of RFC 6749 section 5.2. Nothing else of the answer is told: it might repeat what was sent. */
const failure = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) });

async function post(tokenEndpoint: string, authorization: string, body: URLSearchParams): Promise<Response> {
  try {
    return await fetch(tokenEndpoint, {
      method: 'POST',
      redirect: 'error',
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
  } catch {
    throw new ClientError('unreachable', 'The token endpoint cannot be reached. Is the system running?');
  }
}

/**
 * Gets a token.
 * @param scopes - full scopes; all of the client's when left out.
 * @throws ClientError `unreachable`; `refused` with the OAuth error code of the endpoint.
 */
export async function machineToken(
  tokenEndpoint: string,
  clientId: string,
  clientSecret: string,
  scopes?: readonly string[],
): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scopes !== undefined) form.set('scope', scopes.join(' '));
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  const response = await post(tokenEndpoint, `Basic ${Buffer.from(pair).toString('base64')}`, form);
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = answer.safeParse(body);
  if (response.ok && parsed.success) return parsed.data.access_token;
  const told = failure.safeParse(body).data?.error ?? response.status;
  throw new ClientError('refused', `The token endpoint refused: ${told}.`);
}
