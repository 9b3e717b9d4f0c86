/** A Lambda function with everything it may do written down. */
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { keptLogs } from './kept-logs.ts';

/** Megabytes. Cold start of a bundle with an AWS SDK client is bound by CPU, which grows with this. */
const MEMORY_MB = 256;

export interface BundledFunctionProps {
  /** Folder that holds `index.mjs`, which exports `handler`. */
  readonly code: string;
  readonly description: string;
  /**
   * Environment variables. Lambda returns them in clear: no secret may be here.
   * @default - none
   */
  readonly environment?: Record<string, string>;
  /**
   * Longest run of one invocation.
   * @default Duration.seconds(10)
   */
  readonly timeout?: Duration;
  /** Whether logs go with the stack. They are kept a week if so, else a year. */
  readonly disposable: boolean;
}

/**
 * Node 24 on arm64, its own role, its own log group. No managed policy: AWSLambdaBasicExecutionRole may write to every
 * log group of the account.
 */
export class BundledFunction extends Construct {
  readonly function: lambda.Function;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: BundledFunctionProps) {
    super(scope, id);
    const logGroup = keptLogs(this, 'Logs', props.disposable);
    this.role = new Role(this, 'Role', {
      description: props.description,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
    this.function = new lambda.Function(this, 'Function', {
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(props.code),
      environment: props.environment ?? {},
      timeout: props.timeout ?? Duration.seconds(10),
      memorySize: MEMORY_MB,
      role: this.role,
      logGroup,
    });
  }

  /** Grants actions on one resource, where all of `conditions` hold. */
  allow(actions: string[], resource: string, conditions: Record<string, Record<string, unknown>> = {}): void {
    this.role.addToPolicy(new PolicyStatement({ actions, resources: [resource], conditions }));
  }
}
