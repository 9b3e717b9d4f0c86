/** What a statement says before its conditions: for whom it is and where, and whether it has any condition. */
import { err, ok, type Result } from '@secure-agent/contracts';
import { parseStatement } from './statement.ts';

export type StatementScope = {
  readonly effect: 'permit' | 'forbid';
  /** Type of principal that the statement is limited to; absent for any. */
  readonly principalType?: string;
  /** Whether the scope names one principal or a group of them. */
  readonly onePrincipal: boolean;
  /** Id of the resource in `resource == Type::"id"`. */
  readonly resourceId?: string;
  /** Ids of the actions that are named; empty when the action is unconstrained. */
  readonly actions: readonly string[];
  readonly conditions: number;
};

type Uid = { readonly type: string; readonly id: string };

const uidOf = (reference: { readonly __entity: Uid } | Uid): Uid =>
  '__entity' in reference ? reference.__entity : reference;

/**
 * Reads the scope of one statement.
 * @returns the parser's message for text that is no single static policy.
 */
export function statementScope(statement: string): Result<StatementScope, string> {
  const parsed = parseStatement(statement);
  if (!parsed.ok) return err(parsed.error);
  const { effect, principal, action, resource, conditions } = parsed.value;
  const entity =
    'entity' in resource && resource.entity !== undefined ? uidOf(resource.entity).id : undefined;
  const entities =
    'entities' in action && action.entities !== undefined
      ? action.entities
      : 'entity' in action && action.entity !== undefined
        ? [action.entity]
        : [];
  return ok({
    effect,
    ...(principal.op === 'is' ? { principalType: principal.entity_type } : {}),
    onePrincipal:
      principal.op === '==' || principal.op === 'in' || (principal.op === 'is' && principal.in !== undefined),
    ...(resource.op === '==' && entity !== undefined ? { resourceId: entity } : {}),
    actions: entities.map((one) => uidOf(one).id),
    conditions: conditions.length,
  });
}
