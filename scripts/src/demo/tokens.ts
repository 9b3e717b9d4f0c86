/** Tokens of the story: real ones by signing in, and the ones that a door must refuse. */
import { machineToken, personTokenSource } from '@secure-agent/client';
import type { Json } from '@secure-agent/contracts';
import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT } from 'jose';
import { z } from 'zod';
import type { LocalSystem } from '../lib/local-system.ts';

export type Tokens = {
  person(username: string): Promise<string>;
  machine(role: string): Promise<string>;
  /** A person's real claims with changes, signed with the pool's own key. */
  resigned(username: string, changes: Readonly<Record<string, Json>>): Promise<string>;
  /** A person's real claims under the real key id, signed with another key. */
  forged(username: string): Promise<string>;
};

const claims = z.record(z.string(), z.json());

/** Claims of a token that this story got itself. Not a verification. */
export const claimsOf = (token: string): Readonly<Record<string, Json>> => claims.parse(decodeJwt(token));

function peopleTokens({ outputs, secrets }: LocalSystem): (username: string) => Promise<string> {
  const { region, endpoint, peopleClientId: clientId } = outputs;
  const sources = new Map<string, () => Promise<string>>();
  return (username) => {
    const password = secrets.passwords[username] ?? '';
    const source =
      sources.get(username) ??
      personTokenSource({ region, endpoint, clientId }, username, password, Date.now);
    sources.set(username, source);
    return source();
  };
}

export function createTokens(system: LocalSystem): Tokens {
  const { aws, outputs, secrets } = system;
  const person = peopleTokens(system);
  return {
    person,
    machine: (role) =>
      machineToken(
        outputs.tokenEndpoint,
        outputs.machineClientIds[role] ?? '',
        secrets.clientSecrets[role] ?? '',
      ),
    async resigned(username, changes) {
      return aws.signAccessToken(outputs.userPoolId, { ...claimsOf(await person(username)), ...changes });
    },
    async forged(username) {
      const real = await person(username);
      const { privateKey } = await generateKeyPair('RS256');
      const { alg = 'RS256', kid = '' } = decodeProtectedHeader(real);
      return new SignJWT({ ...claimsOf(real) }).setProtectedHeader({ alg, kid }).sign(privateKey);
    },
  };
}
