/**
 * Ajv, in time that grows with the arguments alone: whoever wrote a description, and whoever calls its operation, must
 * not keep the gateway busy (CWE-1333).
 */
import { canonicalJson, type Json } from '@secure-agent/contracts';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import { isObject, type JsonObject } from '../../json-rpc.ts';

/**
 * Compiles a pattern for RE2, which has no lookaround and no back-reference.
 * @param source - as ECMAScript writes it.
 * @throws for what is no pattern of RE2.
 */
export const linearPattern = (source: string): { readonly test: (text: string) => boolean } =>
  RE2JS.compile(RE2JS.translateRegExp(source));

const inEach = (members: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(members).map(([name, member]) => [
      name,
      isObject(member) ? exactIntegers(member) : member,
    ]),
  );

/** An integer beyond 2^53 is another number by now: JSON held more digits than a double. */
function exactIntegers(schema: JsonObject): JsonObject {
  const { type, properties, items, additionalProperties: others } = schema;
  const integer = type === 'integer' || (Array.isArray(type) && type.includes('integer'));
  return {
    ...schema,
    ...(isObject(properties) ? { properties: inEach(properties) } : {}),
    ...(isObject(items) ? { items: exactIntegers(items) } : {}),
    ...(isObject(others) ? { additionalProperties: exactIntegers(others) } : {}),
    ...(integer ? { safeInteger: true } : {}),
  };
}

const SAFE_INTEGER = {
  keyword: 'safeInteger',
  type: 'number',
  validate: (_: true, n: number) => !Number.isInteger(n) || Number.isSafeInteger(n),
} as const;

/** Ajv's own compares every object with every other. */
const UNIQUE_ITEMS = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  error: { message: 'must NOT have duplicate items' },
  validate: (unique: boolean, items: readonly Json[]) =>
    !unique || new Set(items.map(canonicalJson)).size === items.length,
} as const;

/**
 * Compiles a JSON Schema.
 * @param allErrors - whether the check goes on after the first problem.
 * @throws for a schema that is none.
 */
export function compileSchema(schema: JsonObject, allErrors: boolean): ValidateFunction {
  const ajv = new Ajv2020({
    allErrors,
    strict: false,
    validateFormats: false,
    ownProperties: true,
    verbose: true,
    logger: false,
    code: { regExp: Object.assign((source: string) => linearPattern(source), { code: 'linearPattern' }) },
  });
  ajv.removeKeyword('uniqueItems').addKeyword(UNIQUE_ITEMS).addKeyword(SAFE_INTEGER);
  return ajv.compile(exactIntegers(schema));
}
