/** Strict validation: Cedar's wording here is the wording of AgentCore's own schema check (devguide policy-validation-overview). */
import { checkParseSchema, type DetailedError, validate } from '@cedar-policy/cedar-wasm/nodejs';
import { PolicyError } from './policy-error.ts';

const sentence = ({ message, help }: DetailedError): string => [message, help].filter(Boolean).join('; ');

const ONE = 'policy';

/**
 * Validates statements against a schema of {@link cedarSchemaFor}. Warnings count: a policy that can never apply is a
 * mistake. Clean does not mean that the policy cannot error: strict validation does not see an overflow.
 * @param statements - by a name that Cedar's messages repeat.
 * @returns Cedar's errors by name, with the bytes of the statement that they are about.
 * @throws PolicyError `schema_invalid` when the schema itself does not parse, `policy_invalid` when a statement does not.
 */
export function strictErrors(
  statements: Readonly<Record<string, string>>,
  schema: string,
): ReadonlyMap<string, readonly DetailedError[]> {
  const answer = validate({
    schema,
    policies: { staticPolicies: statements },
    validationSettings: { mode: 'strict' },
  });
  if (answer.type === 'failure') {
    const parsed = checkParseSchema(schema);
    const [code, errors] =
      parsed.type === 'failure'
        ? (['schema_invalid', parsed.errors] as const)
        : (['policy_invalid', answer.errors] as const);
    throw new PolicyError(code, errors.map(sentence).join('; '));
  }
  const found = [...answer.validationErrors, ...answer.validationWarnings];
  const byPolicy = Map.groupBy(found, ({ policyId }) => policyId);
  return new Map([...byPolicy].map(([id, errors]) => [id, errors.map(({ error }) => error)]));
}

/**
 * Validates one statement, for people. See {@link strictErrors}.
 * @returns one sentence for each finding; empty means clean. A statement that does not parse is a finding.
 * @throws PolicyError `schema_invalid` when the schema itself does not parse.
 */
export function validateStatement(statement: string, schema: string): readonly string[] {
  try {
    return (strictErrors({ [ONE]: statement }, schema).get(ONE) ?? []).map(sentence);
  } catch (error) {
    if (error instanceof PolicyError && error.code === 'policy_invalid') return [error.message];
    throw error;
  }
}
