/** The key under which the request interceptor tells a tool who called it. */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { BundledFunction } from './bundled-function.ts';

/**
 * What the account may do with the key through IAM: administer it. Making and checking MACs is left out, and so are
 * grants, which would give it away again: not even an administrator's `kms:*` can forge a caller.
 */
const ADMINISTRATION = [
  'kms:CancelKeyDeletion',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:EnableKey',
  'kms:GetKeyPolicy',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateKeyDescription',
];

/** HMAC key with two disjoint uses: one role signs, the tools' roles verify. */
export class CallerKey extends Construct {
  readonly #key: Key;
  readonly #policy = new PolicyDocument();

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#policy.addStatements(
      new PolicyStatement({
        sid: 'Administration',
        principals: [new AccountRootPrincipal()],
        actions: ADMINISTRATION,
        resources: ['*'],
      }),
    );
    this.#key = new Key(this, 'Key', {
      description: `Signs who called a tool, for ${Stack.of(this).stackName}`,
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      policy: this.#policy,
      // Nothing is encrypted under it: an assertion lives 60 seconds, so the key may go with any stack.
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
    });
  }

  /** What the code names the key by. */
  get keyId(): string {
    return this.#key.keyId;
  }

  /** Lets a function make assertions, and not check them. */
  allowSigning(signer: BundledFunction): void {
    this.#allow('kms:GenerateMac', signer);
  }

  /** Lets a function check assertions, and not make them. */
  allowVerifying(verifier: BundledFunction): void {
    this.#allow('kms:VerifyMac', verifier);
  }

  /** On both sides: the key's policy is what makes it exclusive, the role's is what a reader of the role sees. */
  #allow(action: string, grantee: BundledFunction): void {
    grantee.allow([action], this.#key.keyArn);
    this.#policy.addStatements(
      new PolicyStatement({ principals: [grantee.role], actions: [action], resources: ['*'] }),
    );
  }
}
