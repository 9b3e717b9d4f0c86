/** A key of the customer's own over what the stack keeps. */
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnGateway, CfnPolicyEngine, CfnRuntime } from 'aws-cdk-lib/aws-bedrockagentcore';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { SynthesisError } from '../synthesis-error.ts';
import { ID_SUFFIX } from './agentcore-role.ts';
import type { Data } from './data.ts';
import type { ToolGateway } from './gateway.ts';
import { GATEWAY_LOGS, RUNTIME_LOGS } from './service-logs.ts';

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

/** AWS::BedrockAgentCore::PolicyEngine, property Name: characters. */
const MAX_NAME = 48;
const ENGINE_SUFFIX = '_key';

export interface EncryptionProps {
  readonly gateway: ToolGateway;
  readonly data: Data;
  /** Whether the key goes with the stack, and with it what it encrypts. */
  readonly disposable: boolean;
}

/**
 * Made last: it goes over every table, log group, gateway and policy engine that the stack has by then. The account
 * administers the key through IAM; of the stack's roles each gets it only through the service that keeps its data. An
 * engine's policies are read under the role of the gateway that asks it (devguide policy-encryption).
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
    if (one instanceof CfnPolicyEngine) this.#engine(one);
    if (one instanceof CfnTable)
      one.sseSpecification = { sseEnabled: true, sseType: 'KMS', kmsMasterKeyId: keyArn };
  }

  /**
   * An engine keeps the key that it was made with, and a new engine is there before the old one goes: so it has a name of
   * its own. It holds nothing but the template's policies, which are made again in it.
   */
  #engine(engine: CfnPolicyEngine): void {
    const name = `${engine.name}${ENGINE_SUFFIX}`;
    if (name.length > MAX_NAME) {
      throw new SynthesisError(
        'configuration_invalid',
        `encryption: with a customer key the policy engine is "${name}", longer than ${MAX_NAME} characters. Shorten application or stage.`,
      );
    }
    engine.name = name;
    engine.encryptionKeyArn = this.#key.keyArn;
  }

  #through(service: string): Record<string, Record<string, unknown>> {
    return {
      StringEquals: { 'kms:ViaService': `${service}.${Stack.of(this).region}.amazonaws.com` },
    };
  }

  /** Names of the stack's log groups: CloudFormation's own begin like the stack, those of services hold a resource's name. */
  #logGroups(): readonly string[] {
    const { node, stackName } = Stack.of(this);
    const ofServices = node.findAll().flatMap((one) => {
      if (one instanceof CfnRuntime) return [`${RUNTIME_LOGS}${one.agentRuntimeName}${ID_SUFFIX}-*`];
      return one instanceof CfnGateway ? [`${GATEWAY_LOGS}${one.name}${ID_SUFFIX}`] : [];
    });
    return [`${stackName}-*`, ...ofServices];
  }

  /** Logs are encrypted by the service itself, for the groups of this stack alone. */
  #allowLogs(): void {
    const { region } = Stack.of(this);
    const groups = this.#logGroups().map((resourceName) =>
      Stack.of(this).formatArn({
        service: 'logs',
        resource: 'log-group',
        resourceName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    );
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
