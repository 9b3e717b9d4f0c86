/** Findings of the AwsSolutions rule pack that do not hold here, each with its reason. */
import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * @param reasons - by rule id, such as `AwsSolutions-COG2` or `AwsSolutions-IAM5[Resource::*]`: why it does not hold.
 */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons)) {
    Validations.of(scope).acknowledge({ id: `AwsSolutions::${id}`, reason });
  }
}
