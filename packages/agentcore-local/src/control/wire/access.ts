/**
 * What an operation of the control plane does to which resource, in IAM's words. What is made has no ARN yet: it is asked
 * for on all of its kind.
 * Source: service authorization reference, list_amazonbedrockagentcore.
 */
import { z } from 'zod';
import { parseJson } from '../../endpoint/parse-json.ts';
import type { Asked } from '../../ports.ts';
import type { Matched } from './routes.ts';

const DIRECTORY = 'workload-identity-directory/default';
const VAULT = 'token-vault/default';

/** What a request names: ids in its path, names and roles in its body. */
type Named = {
  readonly id: (label: string) => string;
  readonly name: string;
  readonly member: (name: string) => string | undefined;
};

/** A policy, a generation of one, or the engine that holds them. */
function policyPath({ id }: Named): string {
  const engine = `policy-engine/${id('policyEngineId')}`;
  if (id('policyGenerationId') !== '*') return `${engine}/policy-generation/${id('policyGenerationId')}`;
  return id('policyId') === '*' ? engine : `${engine}/policy/${id('policyId')}`;
}

const endpointPath = ({ id, name }: Named): string =>
  `runtime/${id('agentRuntimeId')}/runtime-endpoint/${id('endpointName') === '*' ? name : id('endpointName')}`;

/** By what an operation's name ends in. */
const KINDS: readonly (readonly [ending: RegExp, path: (named: Named) => string])[] = [
  [/AgentRuntimeEndpoints?$/, endpointPath],
  [/AgentRuntime(?:s|Versions)?$/, ({ id }) => `runtime/${id('agentRuntimeId')}`],
  [/Gateway(?:s|Targets?|Rules?)?$/, ({ id }) => `gateway/${id('gatewayIdentifier')}`],
  [/PolicyEngine(?:s|Summary|Summaries)?$/, ({ id }) => `policy-engine/${id('policyEngineId')}`],
  [/Polic(?:y|ies|ySummary|ySummaries)$|PolicyGeneration/, policyPath],
  [/WorkloadIdentit(?:y|ies)$/, ({ name }) => `${DIRECTORY}/workload-identity/${name}`],
  [/Oauth2CredentialProviders?$/, ({ name }) => `${VAULT}/oauth2credentialprovider/${name}`],
  [/ApiKeyCredentialProviders?$/, ({ name }) => `${VAULT}/apikeycredentialprovider/${name}`],
  [/TokenVault(?:CMK)?$/, () => VAULT],
];

/** Tags and resource policies are of an ARN that the request names. */
const OF_AN_ARN = /(?:Resource|ResourcePolicy)$/;

/** A service that is handed a role acts as it: whoever hands it over must be allowed to. */
function passed({ member }: Named): Asked[] {
  const role = member('roleArn');
  const context = { 'iam:PassedToService': 'bedrock-agentcore.amazonaws.com' };
  return role === undefined ? [] : [{ action: 'iam:PassRole', resource: role, context }];
}

const members = z.record(z.string(), z.unknown());

function namedIn({ labels }: Matched, body: Buffer): Named {
  const given = members.safeParse(parseJson(body)).data ?? {};
  const member = (name: string): string | undefined => {
    const value = labels.get(name) ?? (Object.hasOwn(given, name) ? given[name] : undefined);
    return typeof value === 'string' ? value : undefined;
  };
  return { id: (label) => labels.get(label) ?? '*', name: member('name') ?? '*', member };
}

/**
 * What an operation asks of IAM.
 * @param arn - makes one of a path behind the account.
 */
export function askedOf(matched: Matched, body: Buffer, arn: (path: string) => string): readonly Asked[] {
  const { name } = matched.operation;
  const named = namedIn(matched, body);
  const path = KINDS.find(([ending]) => ending.test(name))?.[1](named);
  const ofAnArn = OF_AN_ARN.test(name) ? named.member('resourceArn') : undefined;
  const resource = ofAnArn ?? (path === undefined ? '*' : arn(path));
  return [{ action: `bedrock-agentcore:${name}`, resource }, ...passed(named)];
}
