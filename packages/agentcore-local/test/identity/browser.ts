/** What a person's browser does at a hosted domain: keeps cookies, opens the page, sends the form. */
import { createHash, randomBytes } from 'node:crypto';
import { type Harness, PASSWORD, postToken } from './harness.ts';

export const CALLBACK = 'http://127.0.0.1:7777/callback';

export const newPkce = () => {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
};

export type Query = Readonly<Record<string, string | undefined>>;

/** One browser, at one domain and one client. */
export function browser(harness: Harness, clientId: string, prefix = 'people') {
  const cookies = new Map<string, string>();
  const { verifier, challenge } = newPkce();

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const url = `${harness.endpoint}/domains/${prefix}${path}`;
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  }

  const authorize = (more: Query = {}): Promise<Response> => {
    const all: Query = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: CALLBACK,
      state: 's',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...more,
    };
    const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return request(`/oauth2/authorize?${new URLSearchParams(given)}`);
  };

  async function signIn(username: string, more: Query = {}, password = PASSWORD): Promise<Response> {
    const html = await (await authorize(more)).text();
    const form = /name="form" value="([^"]+)"/.exec(html)?.[1] ?? 'none';
    return request('/login', { method: 'POST', body: new URLSearchParams({ form, username, password }) });
  }

  const redeem = async (answer: Response, client = clientId) =>
    postToken(
      harness,
      {
        grant_type: 'authorization_code',
        client_id: client,
        redirect_uri: CALLBACK,
        code: callbackOf(answer).get('code') ?? 'none',
        code_verifier: verifier,
      },
      { prefix },
    );

  return { cookies, request, authorize, signIn, redeem };
}

/** The parameters that a redirect brings back to the client. */
export const callbackOf = (answer: Response): URLSearchParams =>
  new URL(answer.headers.get('location') ?? 'none:').searchParams;
