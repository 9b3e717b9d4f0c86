/**
 * The only attributes that leave the agent. Each is a word from a closed list, a number, a hash or a name that the
 * configuration chose: none has room for a token, a prompt, an argument's value or an answer.
 * Names: OpenTelemetry semantic conventions for generative AI, HTTP and end users; our own begin with `secure_agent.`.
 */
import type { Attributes } from '@opentelemetry/api';

type Check = (value: unknown) => boolean;

const matching =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
const count: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
/** As `hashForLog` makes them. */
const hash = matching(/^[A-Za-z0-9_-]{16}$/);
/** Codes and reasons of this package: lower-case words. */
const code = matching(/^[a-z][a-z0-9_]{0,63}$/);

const ALLOWED = {
  'aws.request_id': matching(/^[A-Za-z0-9_-]{1,128}$/),
  'enduser.pseudo.id': hash,
  'error.type': code,
  'gen_ai.operation.name': matching(/^(?:invoke_agent|chat|execute_tool)$/),
  'gen_ai.provider.name': matching(/^(?:aws\.bedrock|offline)$/),
  'gen_ai.request.model': matching(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,255}$/),
  'gen_ai.tool.name': matching(/^[A-Za-z0-9_-]{1,128}$/),
  'gen_ai.usage.input_tokens': count,
  'gen_ai.usage.output_tokens': count,
  'http.request.method': matching(/^(?:GET|POST|DELETE)$/),
  'http.response.status_code': count,
  'secure_agent.outcome': code,
  'secure_agent.reason': code,
  'secure_agent.tool.status': matching(/^(?:success|error|failed)$/),
  'session.id': hash,
} as const satisfies Readonly<Record<string, Check>>;

type AttributeName = keyof typeof ALLOWED;

/** Attributes by name. Another name does not compile, and {@link allowed} takes it away. */
export type TelemetryAttributes = { readonly [Name in AttributeName]?: string | number | undefined };

const checks: ReadonlyMap<string, Check> = new Map(Object.entries(ALLOWED));

/** What of the given attributes may leave: listed names with values of their form. The rest is dropped, silently. */
export function allowed(given: TelemetryAttributes | Attributes): Attributes {
  const kept = Object.entries(given).filter(([name, value]) => checks.get(name)?.(value) === true);
  return Object.fromEntries(kept);
}
