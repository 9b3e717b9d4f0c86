/** Who people and machines are: user pool, sign-in domain, scopes, groups, and the trigger that turns groups to scopes. */
import {
  type Configuration,
  fullScope,
  machineClientOutput,
  type OpenApiTarget,
  STACK_OUTPUTS,
  type TokenClaimsEnvironment,
} from '@secure-agent/contracts';
import { Stack } from 'aws-cdk-lib';
import type {
  UserPool,
  UserPoolClient,
  UserPoolDomain,
  UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import { OAuthScope, ResourceServerScope } from 'aws-cdk-lib/aws-cognito';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Bundles } from '../bundle.ts';
import { DOOR_SCOPE } from '../repository.ts';
import { BundledFunction } from './bundled-function.ts';
import { type CallerIdentity, type Callers, discoveryUrl, type OutboundClient } from './callers.ts';
import { userPool } from './user-pool.ts';
import { clientSecretOf, machineClient, outboundClient, peopleClient } from './user-pool-clients.ts';

export interface IdentityProps {
  /** Scopes, groups and machine roles. */
  readonly configuration: Configuration;
  /** Folder of the pre-token-generation trigger's bundle. */
  readonly bundles: Pick<Bundles, 'tokenClaims'>;
  /** Prefix of the sign-in domain, unique among all AWS accounts. */
  readonly domainPrefix: string;
  /** Whether users and logs go with the stack. If not, the pool is kept and refuses to be deleted. */
  readonly disposable: boolean;
}

export class Identity extends Construct implements CallerIdentity {
  readonly userPool: UserPool;
  /** Issuer of every token, no slash at its end. */
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly peopleClient: UserPoolClient;
  /** Machine role to its client. */
  readonly machineClients: ReadonlyMap<string, UserPoolClient>;
  readonly #doorScope: string;

  constructor(scope: Construct, id: string, props: IdentityProps) {
    super(scope, id);
    const { configuration } = props;
    const trigger = this.#trigger(props);
    this.userPool = userPool(this, { trigger: trigger.function, disposable: props.disposable });
    this.#allowTrigger(trigger);
    const domain = this.userPool.addDomain('Domain', { cognitoDomain: { domainPrefix: props.domainPrefix } });
    this.#groups(configuration);
    this.peopleClient = peopleClient(this.userPool);
    this.machineClients = this.#machineClients(configuration);
    const { region } = Stack.of(this);
    this.issuer = `https://cognito-idp.${region}.amazonaws.com/${this.userPool.userPoolId}`;
    this.tokenEndpoint = this.#tokenEndpoint(domain);
    this.#doorScope = fullScope(configuration, DOOR_SCOPE);
  }

  /** People alone: for the runtime, where machines have no business. */
  get people(): Callers {
    return {
      issuer: this.issuer,
      clientIds: [this.peopleClient.userPoolClientId],
      scope: this.#doorScope,
      tokenUse: true,
    };
  }

  /** People, and the machine client of each role: for the gateway. */
  get peopleAndMachines(): Callers {
    const machines = [...this.machineClients.values()].map((client) => client.userPoolClientId);
    return { ...this.people, clientIds: [...this.people.clientIds, ...machines] };
  }

  get outputs(): readonly [string, string][] {
    const machines = [...this.machineClients].map(([role, client]): [string, string] => [
      machineClientOutput(role),
      client.userPoolClientId,
    ]);
    return [
      [STACK_OUTPUTS.userPoolId, this.userPool.userPoolId],
      [STACK_OUTPUTS.issuer, this.issuer],
      [STACK_OUTPUTS.tokenEndpoint, this.tokenEndpoint],
      [STACK_OUTPUTS.peopleClientId, this.peopleClient.userPoolClientId],
      ...machines,
    ];
  }

  /** The gateway as a client of one API, whose scopes are its own. */
  outboundClient({ name, resourceServer, scopes }: OpenApiTarget): OutboundClient {
    const offered = Object.entries(scopes).map(
      ([scopeName, scopeDescription]) => new ResourceServerScope({ scopeName, scopeDescription }),
    );
    const server = this.userPool.addResourceServer(`Api-${name}`, {
      identifier: resourceServer,
      scopes: offered,
    });
    const granted = offered.map((one) => OAuthScope.resourceServer(server, one));
    const client = outboundClient(this.userPool, name, granted);
    return {
      discoveryUrl: discoveryUrl(this),
      clientId: client.userPoolClientId,
      clientSecret: clientSecretOf(client),
      scopes: Object.keys(scopes).map((scope) => fullScope({ resourceServer }, scope)),
    };
  }

  #trigger({ configuration, bundles, disposable }: IdentityProps): BundledFunction {
    const scopes = Object.entries(configuration.groups).map(([group, names]) => [
      group,
      names.map((name) => fullScope(configuration, name)),
    ]);
    return new BundledFunction(this, 'TokenClaims', {
      code: bundles.tokenClaims,
      description: 'Pre-token-generation trigger: groups to scopes, attributes to claims',
      disposable,
      environment: { GROUP_SCOPES: JSON.stringify(Object.fromEntries(scopes)) } satisfies Record<
        keyof TokenClaimsEnvironment,
        string
      >,
    });
  }

  /** Only this pool may invoke the trigger. The pool's ARN holds the account too; saying it twice costs nothing. */
  #allowTrigger(trigger: BundledFunction): void {
    trigger.function.addPermission('UserPool', {
      principal: new ServicePrincipal('cognito-idp.amazonaws.com'),
      sourceArn: this.userPool.userPoolArn,
      sourceAccount: Stack.of(this).account,
    });
  }

  #tokenEndpoint(domain: UserPoolDomain): string {
    return `https://${domain.domainName}.auth.${Stack.of(this).region}.amazoncognito.com/oauth2/token`;
  }

  #groups({ groups }: Configuration): void {
    for (const [groupName, scopes] of Object.entries(groups)) {
      this.userPool.addGroup(`Group-${groupName}`, { groupName, description: `Scopes: ${scopes.join(' ')}` });
    }
  }

  #machineClients({ machines, scopes, resourceServer }: Configuration): Map<string, UserPoolClient> {
    const known = new Map(
      Object.entries(scopes).map(([scopeName, scopeDescription]) => [
        scopeName,
        new ResourceServerScope({ scopeName, scopeDescription }),
      ]),
    );
    const server: UserPoolResourceServer = this.userPool.addResourceServer('ResourceServer', {
      identifier: resourceServer,
      scopes: [...known.values()],
    });
    const allowed = (names: readonly string[]): OAuthScope[] =>
      names.flatMap((name) => {
        const one = known.get(name);
        return one === undefined ? [] : [OAuthScope.resourceServer(server, one)];
      });
    return new Map(
      Object.entries(machines).map(([role, names]) => [
        role,
        machineClient(this.userPool, role, allowed(names)),
      ]),
    );
  }
}
