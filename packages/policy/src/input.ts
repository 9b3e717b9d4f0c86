/**
 * A tool call's arguments as `context.input`, by the tool's own schema: a value gets the Cedar type that was declared,
 * never the one that its text asks for. Compiled once for a tool.
 */
import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';
import { err, ok, type Result, type SchemaDefinition } from '@secure-agent/contracts';
import { fourPlaces } from './digits.ts';
import { REASON } from './outcome.ts';
import type { CedarRecord } from './projection.ts';

/** More levels than this and AgentCore gives up (devguide example-policies-action-resource). */
export const MAX_DEPTH = 64;

/** Cedar's decimal is a Long of ten-thousandths. */
const DECIMAL_LIMIT = 922_337_203_685_477;
/** 2^63, the first number that is no Long. */
const LONG_LIMIT = 2 ** 63;

export type EncodedInput = {
  readonly input: CedarRecord;
  /** An integer beyond 2^53: what JSON held is lost, so a decision on it is a decision on another number. */
  readonly inexact: boolean;
};

type Notes = { problem: string | undefined; missing: boolean; inexact: boolean };
type Encode<T extends CedarValueJson = CedarValueJson> = (value: unknown, notes: Notes) => T;

function isDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeep(member, levels - 1));
}

const refuse = (notes: Notes, problem: string): CedarValueJson => {
  notes.problem ??= problem;
  return null;
};

function scalar<T>(
  where: string,
  type: string,
  accept: (value: unknown) => value is T,
  write: (value: T, notes: Notes) => CedarValueJson,
): Encode {
  return (value, notes) =>
    accept(value) ? write(value, notes) : refuse(notes, REASON.inputType(`${where} must be ${type}`));
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.isWellFormed();
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isDecimal = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) <= DECIMAL_LIMIT;
const isLong = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) >= -LONG_LIMIT && Number(value) < LONG_LIMIT;

function writeLong(value: number, notes: Notes): CedarValueJson {
  notes.inexact ||= !Number.isSafeInteger(value);
  return value;
}

const writeDecimal = (value: number): CedarValueJson => ({
  __extn: { fn: 'decimal', arg: fourPlaces(value) },
});

function arrayOf(item: Encode, where: string): Encode {
  return (value, notes) =>
    Array.isArray(value)
      ? value.map((member) => item(member, notes))
      : refuse(notes, REASON.inputType(`${where} must be an array`));
}

const NO_MEMBERS: CedarRecord = {};

function recordOf(definition: SchemaDefinition, where: string): Encode<CedarRecord> {
  const required = definition.required ?? [];
  const members = new Map(
    Object.entries(definition.properties ?? {}).map(([name, member]) => [
      name,
      encoderOf(member, `${where}.${name}`),
    ]),
  );
  const encodeMember = (name: string, value: unknown, notes: Notes) =>
    members.get(name)?.(value, notes) ?? refuse(notes, REASON.inputType(`${where} has an undeclared member`));
  return (value, notes) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      refuse(notes, REASON.inputType(`${where} must be an object`));
      return NO_MEMBERS;
    }
    const present: [string, CedarValueJson][] = [];
    for (const [name, member] of Object.entries(value)) {
      if (member !== null && member !== undefined) present.push([name, encodeMember(name, member, notes)]);
    }
    // fromEntries defines own properties, so `__proto__` is a member like any other.
    const record = Object.fromEntries(present);
    notes.missing ||= required.some((name) => !Object.hasOwn(record, name));
    return record;
  };
}

function encoderOf(definition: SchemaDefinition, where: string): Encode {
  switch (definition.type) {
    case 'string':
      return scalar(where, 'a string', isText, (value) => value);
    case 'boolean':
      return scalar(where, 'a boolean', isBoolean, (value) => value);
    case 'integer':
      return scalar(where, 'an integer', isLong, writeLong);
    case 'number':
      return scalar(where, 'a number', isDecimal, writeDecimal);
    case 'array':
      return arrayOf(encoderOf(definition.items ?? { type: 'object' }, where), where);
    case 'object':
      return recordOf(definition, where);
  }
}

/**
 * Compiles a tool's schema into an encoder, which takes exactly what Cedar's own check against that schema takes.
 * Members that are null are left out; numbers are cut to four places; a wrong type, an undeclared member, a missing
 * required one or too many levels is a problem in one sentence that names declared members only.
 */
export function compileInput(schema: SchemaDefinition): (args: unknown) => Result<EncodedInput, string> {
  const encode = recordOf(schema, 'input');
  return (args) => {
    if (isDeep(args, MAX_DEPTH)) return err(REASON.tooDeep);
    const notes: Notes = { problem: undefined, missing: false, inexact: false };
    const input = encode(args, notes);
    if (notes.problem !== undefined) return err(notes.problem);
    return notes.missing ? err(REASON.failed) : ok({ input, inexact: notes.inexact });
  };
}
