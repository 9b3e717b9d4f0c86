/** A company's own OpenID Connect provider in place of a user pool: nothing is made for it. */
import { type Configuration, fullScope, issuerOfDiscoveryUrl, STACK_OUTPUTS } from '@secure-agent/contracts';
import { DOOR_SCOPE } from '../repository.ts';
import type { CallerIdentity, Callers, OutboundClient } from './callers.ts';

type Provider = NonNullable<Configuration['identityProvider']>;

export class ExistingIdentity implements CallerIdentity {
  readonly #provider: Provider;
  readonly #scope: string;

  /** @param configuration - names the scope that both doors ask for. */
  constructor(provider: Provider, configuration: Pick<Configuration, 'resourceServer'>) {
    this.#provider = provider;
    this.#scope = fullScope(configuration, DOOR_SCOPE);
  }

  get people(): Callers {
    const { discoveryUrl, peopleClients, audience } = this.#provider;
    const issuer = issuerOfDiscoveryUrl(discoveryUrl);
    return { issuer, clientIds: peopleClients, scope: this.#scope, audience, tokenUse: false };
  }

  get peopleAndMachines(): Callers {
    const { peopleClients, machineClients = [] } = this.#provider;
    return { ...this.people, clientIds: [...peopleClients, ...machineClients] };
  }

  get outputs(): readonly [string, string][] {
    return [[STACK_OUTPUTS.issuer, this.people.issuer]];
  }

  /** The configuration is refused before this is asked. */
  outboundClient(): OutboundClient {
    throw new TypeError('only a user pool of the stack makes clients');
  }
}
