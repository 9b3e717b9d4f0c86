/**
 * Local IAM: the roles of the stack, their policies, and what those allow. One function decides and says why; services
 * ask it by action and resource, as AWS's own do.
 */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import type { Clock, Iam, IamContext, ResourceHandler } from '../ports.ts';
import type { ContextValues } from './conditions.ts';
import { type AccessRequest, type Determining, evaluate, type NamedPolicy } from './evaluate.ts';
import { iamResources } from './iam-resources.ts';
import { parseDocument, resourcePolicy } from './policy-document.ts';
import { createRoles, type PoliciesOfRole } from './roles.ts';

export type IamOptions = {
  /** The person at this machine, who may do everything. */
  readonly operatorArn: string;
  readonly region: string;
  readonly now: Clock;
  /** The policy of a resource, JSON text as its service keeps it; undefined where there is none. */
  readonly resourcePolicy?: (resourceArn: string) => string | undefined;
  /** Told of each refusal, for the server's own log: who is refused often only learns of an internal error. */
  readonly onDenied?: (decision: IamDecision) => void;
};

/** Why something is allowed or not. What is missing is the action on the resource. */
export type IamDecision = {
  readonly allowed: boolean;
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /**
   * `operator`: the person at this machine. `statement`: `determining` allows or denies it. `no_statement`: nothing
   * allows it. `boundary`: the role's permissions boundary does not. `unknown_principal`: no role of the stack.
   * `unreadable_policy`: the resource's own policy is not a policy.
   */
  readonly reason:
    | 'operator'
    | 'statement'
    | 'no_statement'
    | 'boundary'
    | 'unknown_principal'
    | 'unreadable_policy';
  readonly determining?: Determining;
  /** Managed policies of the role that the stack does not have: what they allow on AWS is not allowed here. */
  readonly unknownPolicies?: readonly string[];
};

/** Decides about one action on one resource; see {@link Iam.allows} for the parameters. */
export type DecideIam = (
  principalArn: string,
  action: string,
  resourceArn: string,
  context?: IamContext,
) => IamDecision;

export type LocalIam = {
  readonly iam: Iam;
  readonly decide: DecideIam;
  readonly handlers: readonly ResourceHandler[];
};

const accountOf = (arn: string): string[] => [arn.split(':')[4] ?? ''].filter((account) => account !== '');

function parseJson(text: string): Json {
  try {
    return z.json().parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Makes the local IAM. Roles come with the stack, at each start. */
export function createIam(options: IamOptions): LocalIam {
  const { operatorArn, region, now, resourcePolicy: policyOfResource = () => undefined } = options;
  const roles = createRoles();

  /** What is known of every request. Loopback stands in for the TLS that AWS has. */
  function contextOf(principalArn: string, resourceArn: string, given: IamContext): ContextValues {
    const time = now();
    const known: IamContext = {
      ...given,
      'aws:PrincipalArn': principalArn,
      'aws:PrincipalAccount': accountOf(principalArn),
      'aws:ResourceAccount': accountOf(resourceArn),
      'aws:PrincipalType': 'AssumedRole',
      'aws:PrincipalIsAWSService': 'false',
      'aws:RequestedRegion': region,
      'aws:SecureTransport': 'true',
      'aws:CurrentTime': new Date(time).toISOString(),
      'aws:EpochTime': String(Math.floor(time / 1000)),
    };
    return new Map(Object.entries(known).map(([key, value]) => [key.toLowerCase(), [value].flat()]));
  }

  /** @returns `unreadable` for a policy that is none: who wrote it meant to restrict something. */
  function policiesOfResource(arn: string): readonly NamedPolicy[] | 'unreadable' {
    const text = policyOfResource(arn);
    if (text === undefined) return [];
    const document = parseDocument(resourcePolicy, parseJson(text));
    return typeof document === 'string' ? 'unreadable' : [{ name: arn, document, kind: 'resource' }];
  }

  function judge(
    { policies, boundary }: PoliciesOfRole,
    ofResource: readonly NamedPolicy[],
    request: AccessRequest,
  ): Pick<IamDecision, 'allowed' | 'reason' | 'determining'> {
    const determining = evaluate([...policies, ...ofResource], request);
    if (determining === undefined) return { allowed: false, reason: 'no_statement' };
    if (determining.effect === 'Deny') return { allowed: false, reason: 'statement', determining };
    if (boundary !== undefined && evaluate(boundary, request)?.effect !== 'Allow')
      return { allowed: false, reason: 'boundary' };
    return { allowed: true, reason: 'statement', determining };
  }

  const decide: DecideIam = (principalArn, action, resourceArn, given = {}) => {
    const asked = { principal: principalArn, action, resource: resourceArn };
    if (principalArn === operatorArn) return { ...asked, allowed: true, reason: 'operator' };
    const found = roles.find(principalArn);
    if (found === undefined) return { ...asked, allowed: false, reason: 'unknown_principal' };
    const ofResource = policiesOfResource(resourceArn);
    if (ofResource === 'unreadable') return { ...asked, allowed: false, reason: 'unreadable_policy' };
    const { role, unknownPolicies } = found;
    const context = contextOf(role.arn, resourceArn, given);
    const request = { principalArn: role.arn, sessionArn: principalArn, action, resourceArn, context };
    const unknown = unknownPolicies.length === 0 ? {} : { unknownPolicies };
    return { ...asked, ...judge(found, ofResource, request), ...unknown };
  };

  return {
    decide,
    iam: {
      allows(...asked) {
        const decision = decide(...asked);
        if (!decision.allowed) options.onDenied?.(decision);
        return decision.allowed;
      },
    },
    handlers: iamResources(roles),
  };
}
