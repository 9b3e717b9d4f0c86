/** Everything the local Cognito keeps, one collection a noun. */
import type { StateStore } from '../../ports.ts';
import { type Collection, collection } from './collection.ts';
import {
  type Client,
  clientRecord,
  type Domain,
  domainRecord,
  type Group,
  groupRecord,
  type Pool,
  poolRecord,
  type ResourceServer,
  resourceServerRecord,
  type Session,
  type SigningKey,
  sessionRecord,
  signingKeyRecord,
  type User,
  userRecord,
} from './records.ts';

export type IdentityStore = {
  readonly pools: Collection<Pool>;
  readonly clients: Collection<Client>;
  readonly domains: Collection<Domain>;
  readonly resourceServers: Collection<ResourceServer>;
  readonly groups: Collection<Group>;
  readonly users: Collection<User>;
  readonly sessions: Collection<Session>;
  readonly keys: Collection<SigningKey>;
};

export const createIdentityStore = (state: StateStore): IdentityStore => ({
  pools: collection(state, 'identity-pools', poolRecord),
  clients: collection(state, 'identity-clients', clientRecord),
  domains: collection(state, 'identity-domains', domainRecord),
  resourceServers: collection(state, 'identity-resource-servers', resourceServerRecord),
  groups: collection(state, 'identity-groups', groupRecord),
  users: collection(state, 'identity-users', userRecord),
  sessions: collection(state, 'identity-sessions', sessionRecord),
  keys: collection(state, 'identity-keys', signingKeyRecord),
});

/** Removes a pool and all that is in it. The pool goes first: what is left without it can no longer be reached. */
export function removePool(store: IdentityStore, poolId: string): void {
  store.pools.remove((pool) => pool.id === poolId);
  const inside = (record: { readonly poolId: string }): boolean => record.poolId === poolId;
  store.keys.remove(inside);
  store.sessions.remove(inside);
  store.users.remove(inside);
  store.clients.remove(inside);
  store.groups.remove(inside);
  store.domains.remove(inside);
  store.resourceServers.remove(inside);
}

/** Removes a client and every session that was opened through it. */
export function removeClient(store: IdentityStore, clientId: string): void {
  store.clients.remove((client) => client.clientId === clientId);
  store.sessions.remove((session) => session.clientId === clientId);
}

/** Removes a group and everyone's membership of it. */
export function removeGroup(store: IdentityStore, poolId: string, name: string): void {
  store.groups.remove((group) => group.poolId === poolId && group.name === name);
  store.users.change(
    (user) => user.poolId === poolId && user.groups.includes(name),
    (user) => ({ ...user, groups: user.groups.filter((group) => group !== name) }),
  );
}

/** The scopes that a pool's resource servers define, spelled as tokens spell them. */
export const customScopes = (store: IdentityStore, poolId: string): ReadonlySet<string> =>
  new Set(
    store.resourceServers
      .filter((server) => server.poolId === poolId)
      .flatMap((server) => server.scopes.map((scope) => `${server.identifier}/${scope.ScopeName}`)),
  );

/**
 * The scopes of a machine's token: those asked for, or all that the client has. A custom scope counts only while its
 * resource server defines it.
 * @returns undefined when one was not granted, or none is left: a narrower token than asked for would look like success.
 */
export function grantedMachineScopes(
  store: IdentityStore,
  { poolId, settings }: Client,
  asked: readonly string[] | undefined,
): string[] | undefined {
  const defined = customScopes(store, poolId);
  const granted = (settings.AllowedOAuthScopes ?? []).filter((scope) => defined.has(scope));
  const scopes = [...new Set(asked ?? granted)];
  return scopes.length > 0 && scopes.every((scope) => granted.includes(scope)) ? scopes : undefined;
}
