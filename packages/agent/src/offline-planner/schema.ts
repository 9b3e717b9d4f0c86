/** What the planner reads of a tool's JSON schema: its properties, and what kind of value each one takes. */
import type { ToolSpec } from '@strands-agents/sdk';
import { z } from 'zod';
import { stem, stems } from './words.ts';

const propertySchema = z.looseObject({
  type: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  format: z.string().optional().catch(undefined),
  enum: z.array(z.unknown()).optional().catch(undefined),
});

const objectSchema = z.looseObject({
  properties: z.record(z.string(), propertySchema).optional().catch(undefined),
  required: z.array(z.string()).optional().catch(undefined),
});

export type ValueShape =
  | 'choice'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'json'
  | 'email'
  | 'date'
  | 'identifier'
  | 'text'
  | 'phrase';

export type Property = {
  readonly name: string;
  readonly description: string;
  readonly nameStems: readonly string[];
  readonly descriptionStems: readonly string[];
  readonly shape: ValueShape;
  readonly choices: readonly string[];
  readonly required: boolean;
};

const hint = (words: string) => new Set(words.split(' ').map(stem));

const EMAIL_NAMES = hint('email mail recipient addressee');
const DATE_NAME = hint('date');
const MAYBE_DATE_NAMES = hint('day start end from until since begin first last');
const ID_NAMES = hint('id identifier number key code reference');
const TEXT_NAMES = hint('content text body markdown message data table html document csv rows lines notes');

const SHAPE_OF_TYPE: ReadonlyMap<string | undefined, ValueShape> = new Map([
  ['integer', 'integer'],
  ['number', 'number'],
  ['boolean', 'boolean'],
  ['object', 'json'],
  ['array', 'json'],
]);

function stringShape(name: readonly string[], description: string, format: string | undefined): ValueShape {
  const named = (words: ReadonlySet<string>) => name.some((word) => words.has(word));
  if (format === 'email') return 'email';
  if (format === 'date' || format === 'date-time') return 'date';
  if (named(TEXT_NAMES)) return 'text';
  if (named(EMAIL_NAMES) || /e-?mail address/i.test(description)) return 'email';
  if (named(DATE_NAME) || (named(MAYBE_DATE_NAMES) && /\bdate\b|\bday\b|YYYY|ISO ?8601/i.test(description)))
    return 'date';
  if (named(ID_NAMES) || /\bidentifier\b|\bid\b/i.test(description)) return 'identifier';
  return 'phrase';
}

function readProperty(name: string, schema: z.infer<typeof propertySchema>, required: boolean): Property {
  const description = schema.description ?? '';
  const nameStems = stems(name);
  const choices = (schema.enum ?? []).filter((choice) => typeof choice === 'string');
  const shape =
    choices.length > 0
      ? 'choice'
      : (SHAPE_OF_TYPE.get(schema.type) ?? stringShape(nameStems, description, schema.format));
  return { name, description, nameStems, descriptionStems: stems(description), shape, choices, required };
}

/** The properties of a tool's input, in the order of the schema. An unreadable schema has none. */
export function readProperties(spec: ToolSpec): Property[] {
  const parsed = objectSchema.safeParse(spec.inputSchema ?? {});
  if (!parsed.success) return [];
  const required = new Set(parsed.data.required ?? []);
  return Object.entries(parsed.data.properties ?? {}).map(([name, schema]) =>
    readProperty(name, schema, required.has(name)),
  );
}
