/** Strict validation: Cedar's wording here is the wording of AgentCore's own schema check (devguide policy-validation-overview). */
import { checkParseSchema, type DetailedError, validate } from '@cedar-policy/cedar-wasm/nodejs';
import { PolicyError } from './policy-error.ts';

const sentence = ({ message, help }: DetailedError): string => [message, help].filter(Boolean).join('; ');

/**
 * Validates one statement against a schema of {@link cedarSchemaFor}. Warnings count: a policy that can never apply is
 * a mistake. Clean does not mean that the policy cannot error: strict validation does not see an overflow.
 * @returns one sentence for each finding; empty means clean. A statement that does not parse is a finding.
 * @throws PolicyError `schema_invalid` when the schema itself does not parse.
 */
export function validateStatement(statement: string, schema: string): readonly string[] {
  const parsed = checkParseSchema(schema);
  if (parsed.type === 'failure') {
    throw new PolicyError('schema_invalid', parsed.errors.map(sentence).join('; '));
  }
  const answer = validate({
    schema,
    policies: { staticPolicies: { policy: statement } },
    validationSettings: { mode: 'strict' },
  });
  if (answer.type === 'failure') return answer.errors.map(sentence);
  return [...answer.validationErrors, ...answer.validationWarnings].map(({ error }) => sentence(error));
}
