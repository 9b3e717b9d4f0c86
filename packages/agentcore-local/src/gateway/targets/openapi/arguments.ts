/**
 * The check of arguments against the full schema of an operation, in the sentences that were captured from the live
 * service where it has one for the rule.
 */
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import type { JsonObject } from '../../json-rpc.ts';
import { GatewayMisconfigured } from '../../misconfigured.ts';
import { compileSchema } from './validator.ts';

/** A caller's own text is repeated up to this length. */
const MAX_ECHO = 100;
const MAX_PROBLEMS = 20;

/** Arguments up to this size are checked to the end; larger ones up to the first problem: a million must not be listed. */
const FULL_CHECK_CHARACTERS = 64 * 1024;

const short = (text: string): string => text.slice(0, MAX_ECHO);

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function missing(path: string, name: string): string {
  return `Missing required field(s): '${path === '' ? name : `${path}/${name}`}'`;
}

function sentence({ keyword, instancePath, params, message, data }: ErrorObject): string {
  const path = short(instancePath);
  switch (keyword) {
    case 'required':
    case 'dependentRequired':
      return missing(path, params['missingProperty']);
    case 'type':
    case 'safeInteger':
      return `Field '${path}' has invalid type: ${typeName(data)} found, ${params['type'] ?? 'integer'} expected`;
    case 'additionalProperties':
      return (
        `additionalProperties validation failed: property '${short(params['additionalProperty'])}' is not defined in ` +
        'the schema and the schema does not allow additional properties'
      );
    default:
      return `Field '${path}' ${message}`;
  }
}

/**
 * Compiles the check once.
 * @throws GatewayMisconfigured for a schema that is none, such as a bound that is no number.
 */
export function compileSchemaCheck(
  schema: JsonObject,
  where: string,
): (args: JsonObject) => readonly string[] {
  const compiled = (allErrors: boolean): ValidateFunction => {
    try {
      return compileSchema(schema, allErrors);
    } catch {
      throw new GatewayMisconfigured(`${where}: the schema of the arguments is not valid`);
    }
  };
  const first = compiled(false);
  const all = compiled(true);
  return (args) => {
    if (first(args)) return [];
    const check = JSON.stringify(args).length <= FULL_CHECK_CHARACTERS ? all : first;
    check(args);
    return [...new Set((check.errors ?? []).map(sentence))].slice(0, MAX_PROBLEMS);
  };
}
