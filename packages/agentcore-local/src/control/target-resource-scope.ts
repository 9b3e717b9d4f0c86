/** Which policies a list shows when it is asked for those about one gateway. */
import { statementScope } from '@secure-agent/policy';

/** Whether a statement is about a gateway: the one that it names, or any. */
export function appliesTo(statement: string, gatewayArn: string): boolean {
  const scope = statementScope(statement);
  return scope.ok && (scope.value.resourceId === undefined || scope.value.resourceId === gatewayArn);
}
