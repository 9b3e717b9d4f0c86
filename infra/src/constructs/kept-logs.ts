/** Log groups: always with an end, so that what people said or did is not kept for ever. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/**
 * A log group that keeps entries for a week and goes with the stack, or for a year and outlives it.
 * @param disposable - whether it goes with the stack.
 * @param logGroupName - left out, CloudFormation chooses one.
 */
export const keptLogs = (
  scope: Construct,
  id: string,
  disposable: boolean,
  logGroupName?: string,
): LogGroup =>
  new LogGroup(scope, id, {
    retention: disposable ? RetentionDays.ONE_WEEK : RetentionDays.ONE_YEAR,
    removalPolicy: disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    ...(logGroupName === undefined ? {} : { logGroupName }),
  });
