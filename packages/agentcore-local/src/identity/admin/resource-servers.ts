/** Resource servers and their scopes, for templates and API calls alike. */
import { z } from 'zod';
import type { IdentityContext } from '../context.ts';
import type { ResourceServer } from '../store/records.ts';
import { invalid, knownPool, parseSettings } from './parse.ts';

const settings = z.strictObject({
  UserPoolId: z.string().min(1),
  Identifier: z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,256}$/),
  Name: z.string().min(1).max(256),
  Scopes: z
    .array(
      z.strictObject({
        ScopeName: z.string().regex(/^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]{1,256}$/),
        ScopeDescription: z.string().min(1).max(256),
      }),
    )
    .max(100)
    .optional(),
});

/**
 * Adds a resource server in place of those that fit.
 * @throws CognitoError `InvalidParameterException`
 */
export function putResourceServer(
  context: IdentityContext,
  given: unknown,
  isReplaced: (server: ResourceServer) => boolean,
): ResourceServer {
  const { UserPoolId, Identifier, Name, Scopes } = parseSettings(given, settings);
  knownPool(context, UserPoolId);
  const { resourceServers } = context.store;
  const taken = resourceServers.find(
    (entry) => entry.poolId === UserPoolId && entry.identifier === Identifier && !isReplaced(entry),
  );
  if (taken !== undefined) throw invalid(`the resource server "${Identifier}" exists already.`);
  const server = { poolId: UserPoolId, identifier: Identifier, name: Name, scopes: Scopes ?? [] };
  resourceServers.remove(isReplaced);
  resourceServers.add(server);
  return server;
}
