/**
 * What AgentCore checks of a policy when it is created or changed. Syntax is refused at once; the rest makes the policy
 * fail later, with reasons (devguide policy-create-update-validation, policy-generation-validation).
 */
import {
  cedarSchemaFor,
  checkPolicyStatement,
  PolicyError,
  type StatementScope,
  statementScope,
  validateStatement,
} from '@secure-agent/policy';
import type { Control } from './control.ts';
import { ControlError, invalid } from './control-error.ts';
import type { GatewayRecord } from './records/gateway.ts';
import type { ValidationMode } from './records/policy.ts';
import { gatewaysOfEngine } from './resources/gateways.ts';
import { toolsOfTarget } from './resources/targets.ts';

const PRINCIPAL_TYPES = ['AgentCore::OAuthUser', 'AgentCore::IamEntity'];

/** Cedar says so of a policy that can never apply; AgentCore's analysis reports it, its schema check does not. */
const IMPOSSIBLE = /policy is impossible/;

/** @throws ControlError `ValidationException` for a statement that is not one static Cedar policy of allowed length. */
function scopeOf(statement: string): StatementScope {
  const checked = checkPolicyStatement(statement);
  const problem = checked.ok ? undefined : checked.error;
  if (problem?.code === 'parse_failed' || problem?.code === 'statement_length') {
    throw invalid(`definition: ${problem.code}: ${problem.message}`);
  }
  const scope = statementScope(statement);
  if (!scope.ok) throw invalid(`definition: parse_failed: ${scope.error}`);
  return scope.value;
}

function pairingReasons(statement: string): readonly string[] {
  const checked = checkPolicyStatement(statement);
  return checked.ok ? [] : [`${checked.error.code}: ${checked.error.message}`];
}

/** The Cedar schema of a gateway as it is now. */
function schemaOf(control: Control, { gatewayId }: GatewayRecord): string {
  const targets = Object.values(control.read().targets).filter(
    (target) => target.gatewayId === gatewayId && target.status !== 'DELETING',
  );
  const tools = targets.flatMap((target) => {
    try {
      return [...toolsOfTarget(control, target)];
    } catch (error) {
      // A target whose server has not answered has no tools that a policy could name.
      if (error instanceof ControlError) return [];
      throw error;
    }
  });
  return cedarSchemaFor(tools);
}

type Findings = { readonly schema: readonly string[]; readonly analysis: readonly string[] };

function validated(control: Control, statement: string, gateway: GatewayRecord): Findings {
  try {
    const sentences = validateStatement(statement, schemaOf(control, gateway));
    return {
      schema: sentences.filter((sentence) => !IMPOSSIBLE.test(sentence)),
      analysis: sentences.filter((sentence) => IMPOSSIBLE.test(sentence)),
    };
  } catch (error) {
    if (error instanceof PolicyError) return { schema: [error.message], analysis: [] };
    throw error;
  }
}

/** The gateways whose tools a statement is about: the one it names, else those that the engine is attached to. */
function gatewaysFor(
  control: Control,
  engineArn: string,
  scope: StatementScope,
): readonly GatewayRecord[] | string {
  const state = control.read();
  const { resourceId } = scope;
  if (resourceId === undefined) return gatewaysOfEngine(state, engineArn);
  const named = Object.values(state.gateways).find(({ gatewayArn }) => gatewayArn === resourceId);
  if (named !== undefined) return [named];
  // AgentCore's own words; it calls the gateway for its tools.
  return `Insufficient permissions to call gateway with ID ${resourceId.split('/').at(-1) ?? ''}`;
}

/** Without a solver: a statement for everyone that has no condition allows, or denies, all of its requests. */
function broadReasons(scope: StatementScope): readonly string[] {
  if (scope.conditions > 0 || scope.onePrincipal) return [];
  const [title, verb] = scope.effect === 'permit' ? ['Permissive', 'allow'] : ['Restrictive', 'deny'];
  const principals = scope.principalType === undefined ? PRINCIPAL_TYPES : [scope.principalType];
  const actions = scope.actions.join(', ') || 'every action';
  const where = scope.resourceId ?? 'gateway/*';
  return principals.map(
    (principal) =>
      `Overly ${title}: Policy Engine will ${verb} every request for the specified principal (${principal}), ` +
      `action (${actions}) and resource (${where}) combination if the policy is added or updated`,
  );
}

/**
 * Checks a statement.
 * @returns why the policy fails; empty when it does not.
 * @throws ControlError `ValidationException` for its syntax.
 */
export function policyReasons(
  control: Control,
  engineArn: string,
  statement: string,
  mode: ValidationMode,
): readonly string[] {
  const scope = scopeOf(statement);
  const pairing = pairingReasons(statement);
  if (pairing.length > 0) return pairing;
  const gateways = gatewaysFor(control, engineArn, scope);
  if (typeof gateways === 'string') return [gateways];
  const found = gateways.map((gateway) => validated(control, statement, gateway));
  const schema = found.flatMap((one) => one.schema);
  if (schema.length > 0) return [...new Set(schema)].map((sentence) => `Validation failed: ${sentence}`);
  if (mode === 'IGNORE_ALL_FINDINGS') return [];
  return [...new Set(found.flatMap((one) => one.analysis)), ...broadReasons(scope)];
}
