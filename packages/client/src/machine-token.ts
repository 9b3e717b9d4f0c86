/**
 * A machine's access token by the client-credentials grant.
 * Source: RFC 6749 section 4.4; Cognito developer guide, token endpoint.
 */
import { z } from 'zod';
import { ClientError } from './client-error.ts';

const answer = z.object({ access_token: z.string(), expires_in: z.number() });

/**
 * @param scopes - full scopes; all of the client's when left out.
 * @throws ClientError `refused` with the OAuth error code of the endpoint.
 */
export async function machineToken(
  tokenEndpoint: string,
  clientId: string,
  clientSecret: string,
  scopes?: readonly string[],
): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scopes !== undefined) form.set('scope', scopes.join(' '));
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString(
    'base64',
  );
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    redirect: 'error',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: form,
  });
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = answer.safeParse(body);
  if (response.ok && parsed.success) return parsed.data.access_token;
  const error = z.object({ error: z.string().max(64) }).safeParse(body);
  throw new ClientError('refused', `The token endpoint refused: ${error.data?.error ?? response.status}.`);
}
