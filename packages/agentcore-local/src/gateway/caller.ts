/** Who calls a gateway, once that was verified. */
import type { DecisionRecord } from '@secure-agent/contracts';
import type { VerifiedToken } from '@secure-agent/jwt-authorizer';
import { type IamSubject, iamPrincipalOf, type Subject } from '@secure-agent/policy';
import type { ToolCaller } from './targets/tool-target.ts';

export type GatewayCaller =
  | {
      readonly kind: 'jwt';
      readonly verified: VerifiedToken;
      /** The bearer itself, for token exchange only. Never logged, never shown to a target. */
      readonly token: string;
    }
  | {
      readonly kind: 'iam';
      /** Who signed, as the signature says. */
      readonly arn: string;
      readonly subject: IamSubject;
    };

export const iamCaller = (arn: string): GatewayCaller => ({
  kind: 'iam',
  arn,
  subject: iamPrincipalOf(arn),
});

/** The principal of policies. */
export const subjectOf = (caller: GatewayCaller): Subject =>
  caller.kind === 'jwt' ? caller.verified : caller.subject;

/**
 * Whose session it is: the `sub` (and its issuer), or the ARN; nobody's at a gateway without authentication
 * (devguide gateway-sessions).
 */
export function userKeyOf(caller: GatewayCaller | undefined): string {
  if (caller === undefined) return '[]';
  return caller.kind === 'jwt'
    ? JSON.stringify(['jwt', caller.verified.iss, caller.verified.sub])
    : JSON.stringify(['iam', caller.arn]);
}

/** The caller as the token vault needs it; an IAM identity has no token to exchange. */
export function toolCallerOf(caller: GatewayCaller | undefined): ToolCaller | undefined {
  if (caller?.kind !== 'jwt') return undefined;
  const { verified, token } = caller;
  return { iss: verified.iss, sub: verified.sub, token };
}

/** What the decision log says of a caller. */
export function callerFields(
  caller: GatewayCaller | undefined,
): Pick<DecisionRecord, 'iss' | 'sub' | 'client_id'> {
  if (caller === undefined) return {};
  if (caller.kind === 'iam') return { sub: caller.arn };
  const { iss, sub, clientId } = caller.verified;
  return clientId === undefined ? { iss, sub } : { iss, sub, client_id: clientId };
}

/** The principal of a policy decision, in the words of AgentCore's own log lines. */
export function principalField(caller: GatewayCaller | undefined): Pick<DecisionRecord, 'principal'> {
  if (caller === undefined) return {};
  const principal =
    caller.kind === 'jwt'
      ? { entityType: 'AgentCore::OAuthUser' as const, entityId: caller.verified.sub }
      : { entityType: 'AgentCore::IamEntity' as const, entityId: caller.subject.iamArn };
  return { principal };
}
