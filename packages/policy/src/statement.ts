/** One policy statement: its text, the rules AgentCore puts on it, and what a gateway needs to know of it. */
import { type PolicyJson, policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { err, ok, type Result } from '@secure-agent/contracts';
import { GATEWAY } from './names.ts';
import { PolicyError } from './policy-error.ts';

/** Characters of a statement, comments included (CloudFormation AWS::BedrockAgentCore::Policy; devguide policy-limitations-section). */
export const MIN_STATEMENT_LENGTH = 35;
export const MAX_STATEMENT_LENGTH = 10_000;

/** `parse_failed` covers a syntax error, no statement, a second statement and a template. */
export const STATEMENT_PROBLEMS = [
  'statement_length',
  'parse_failed',
  'wildcard_resource',
  'resource_pairing',
] as const;

export type StatementProblem = {
  readonly code: (typeof STATEMENT_PROBLEMS)[number];
  /** What is wrong and what to write instead. */
  readonly message: string;
};

/** Parses exactly one static policy. */
export function parseStatement(statement: string): Result<PolicyJson, string> {
  const answer = policyToJson(statement);
  if (answer.type === 'success') return ok(answer.json);
  return err(answer.errors.map((error) => error.message).join('; '));
}

const problem = (code: StatementProblem['code'], message: string) => err({ code, message });

function checkPairing({ action, resource }: PolicyJson): Result<true, StatementProblem> {
  if (resource.op === 'All') {
    return problem(
      'wildcard_resource',
      `a wildcard resource was detected: write \`resource == ${GATEWAY}::"<arn>"\`, or \`resource is ${GATEWAY}\` where the action is unconstrained`,
    );
  }
  if (action.op !== 'All' && resource.op !== '==') {
    return problem(
      'resource_pairing',
      `a policy that names actions must name its gateway: write \`resource == ${GATEWAY}::"<arn>"\``,
    );
  }
  if (action.op === 'All' && (resource.op !== 'is' || resource.entity_type !== GATEWAY || resource.in)) {
    return problem('resource_pairing', `an unconstrained action goes with \`resource is ${GATEWAY}\` only`);
  }
  return ok(true);
}

/**
 * What AgentCore checks of a statement without a schema: its length, that it is one static Cedar policy, and that scope
 * of action and resource fit together (devguide example-policies-action-resource, section pairing).
 */
export function checkPolicyStatement(statement: string): Result<true, StatementProblem> {
  if (statement.length < MIN_STATEMENT_LENGTH || statement.length > MAX_STATEMENT_LENGTH) {
    return problem(
      'statement_length',
      `a statement has ${MIN_STATEMENT_LENGTH} to ${MAX_STATEMENT_LENGTH} characters, this one has ${statement.length}`,
    );
  }
  const parsed = parseStatement(statement);
  return parsed.ok ? checkPairing(parsed.value) : problem('parse_failed', parsed.error);
}

const GATEWAY_ARN =
  /^arn:aws[a-z-]*:bedrock-agentcore:[a-z0-9-]{1,30}:[0-9]{12}:gateway\/[0-9a-zA-Z-]{1,120}$/;

/**
 * Fills `{{gateway}}` of a policy file.
 * @param gatewayArn - a resolved ARN. Anything else is refused, so nothing but an ARN gets into the quotes.
 * @throws PolicyError `gateway_invalid`
 */
export function renderStatement(template: string, gatewayArn: string): string {
  if (!GATEWAY_ARN.test(gatewayArn)) {
    throw new PolicyError('gateway_invalid', `${JSON.stringify(gatewayArn)} is not the ARN of a gateway`);
  }
  return template.replaceAll('{{gateway}}', () => gatewayArn);
}
