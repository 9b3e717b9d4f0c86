/** A key of the customer's own over what the stack keeps. */
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnGateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Data } from './data.ts';
import type { ToolGateway } from './gateway.ts';

/** What a service does under a principal's name with data that it keeps for it. */
const DATA_ACTIONS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];
/** Source: devguide gateway-encryption. */
const GATEWAY_ACTIONS = ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'];

export interface EncryptionProps {
  readonly gateway: ToolGateway;
  readonly data: Data;
  /** Whether the key goes with the stack, and with it what it encrypts. */
  readonly disposable: boolean;
}

/**
 * Made last: it goes over every table, log group and gateway that the stack has by then. The account administers the key
 * through IAM; of the stack's roles each gets it only through the service that keeps its data. Not the policy engine:
 * its key cannot be changed later without a new engine under another name.
 */
export class Encryption extends Construct {
  readonly #key: Key;

  constructor(scope: Construct, id: string, { gateway, data, disposable }: EncryptionProps) {
    super(scope, id);
    this.#key = new Key(this, 'Key', {
      description: `Encrypts what ${Stack.of(this).stackName} keeps`,
      enableKeyRotation: true,
      removalPolicy: disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      ...(disposable ? { pendingWindow: Duration.days(7) } : {}),
    });
    this.#allowLogs();
    for (const one of Stack.of(this).node.findAll()) this.#encrypt(one);
    gateway.allow(GATEWAY_ACTIONS, this.#key.keyArn, this.#through('bedrock-agentcore'));
    for (const reader of data.readers) {
      reader.allow(DATA_ACTIONS, this.#key.keyArn, this.#through('dynamodb'));
    }
  }

  #encrypt(one: unknown): void {
    const { keyArn } = this.#key;
    if (one instanceof CfnLogGroup) one.kmsKeyId = keyArn;
    if (one instanceof CfnGateway) one.kmsKeyArn = keyArn;
    if (one instanceof CfnTable)
      one.sseSpecification = { sseEnabled: true, sseType: 'KMS', kmsMasterKeyId: keyArn };
  }

  #through(service: string): Record<string, Record<string, unknown>> {
    return {
      StringEquals: { 'kms:ViaService': `${service}.${Stack.of(this).region}.amazonaws.com` },
    };
  }

  /** Logs are encrypted by the service itself, for the groups of this stack alone: CloudFormation names them after it. */
  #allowLogs(): void {
    const { region, stackName } = Stack.of(this);
    const groups = Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: `${stackName}-*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.#key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: DATA_ACTIONS,
        resources: ['*'],
        conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': groups } },
      }),
    );
  }
}
