/** The user pool itself: who may be in it and how they prove who they are. */
import { EMPLOYEE_ATTRIBUTE, TENANT_ATTRIBUTE } from '@secure-agent/contracts';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPool,
  FeaturePlan,
  LambdaVersion,
  Mfa,
  StringAttribute,
  UserPool,
} from 'aws-cdk-lib/aws-cognito';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** NIST SP 800-63B asks for length; the four character classes are what the AWS rule packs check. */
const PASSWORD_POLICY = {
  minLength: 12,
  requireLowercase: true,
  requireUppercase: true,
  requireDigits: true,
  requireSymbols: true,
  tempPasswordValidity: Duration.days(1),
};

/**
 * Attributes that become claims and then decide whose rows are read. Mutable, because an immutable one could not be
 * corrected by an administrator either; no client may write them (see {@link peopleClient}), so no user can.
 */
const claimAttribute = (): StringAttribute => new StringAttribute({ mutable: true, minLen: 1, maxLen: 64 });

/** `custom:tenant` in code is `tenant` at creation: the service adds the prefix. */
const withoutPrefix = (attribute: string): string => attribute.replace(/^custom:/, '');

export interface UserPoolProps {
  /** The pre-token-generation trigger. */
  readonly trigger: IFunction;
  readonly disposable: boolean;
}

/**
 * Only administrators make users, and only they recover an account. Names are user names, not mail addresses: the
 * address is set by an administrator and never verified, so it must not open anything.
 */
export function userPool(scope: Construct, { trigger, disposable }: UserPoolProps): UserPool {
  const pool = new UserPool(scope, 'UserPool', {
    // Scopes of access tokens can be changed by a trigger from this plan on.
    featurePlan: FeaturePlan.ESSENTIALS,
    selfSignUpEnabled: false,
    signInAliases: { username: true },
    signInCaseSensitive: false,
    accountRecovery: AccountRecovery.NONE,
    passwordPolicy: PASSWORD_POLICY,
    mfa: Mfa.OPTIONAL,
    mfaSecondFactor: { otp: true, sms: false },
    customAttributes: {
      [withoutPrefix(TENANT_ATTRIBUTE)]: claimAttribute(),
      [withoutPrefix(EMPLOYEE_ATTRIBUTE)]: claimAttribute(),
    },
    deletionProtection: !disposable,
    removalPolicy: disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
  });
  const resource = pool.node.defaultChild;
  if (!(resource instanceof CfnUserPool)) throw new TypeError('a user pool has a resource');
  // Not `addTrigger`: it would add a second permission, without the source account.
  resource.lambdaConfig = {
    preTokenGenerationConfig: { lambdaArn: trigger.functionArn, lambdaVersion: LambdaVersion.V3_0 },
  };
  acknowledge(pool, {
    'AwsSolutions-COG8':
      'Scopes by trigger need the Essentials plan; the Plus plan adds threat protection at a price a team chooses.',
    'AwsSolutions-COG2':
      'MFA is optional: one-time passwords are offered, and a company that requires them sets Mfa.REQUIRED.',
  });
  return pool;
}
