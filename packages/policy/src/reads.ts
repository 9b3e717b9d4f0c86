/**
 * What the conditions of policies can read of a request. A decision is a pure function of what it reads, so the rest of
 * the request need not be handed to Cedar: it costs more there than the decision does.
 * Whatever is not understood here counts as reading everything.
 */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { ACTION } from './names.ts';

/** Names, or any name at all. */
export type Names = ReadonlySet<string> | 'any';

export type Reads = {
  /** Tags of the principal. */
  readonly tags: Names;
  /** Attributes of entities and records, wherever they stand. */
  readonly attributes: Names;
  /** Members of `context.input`; `any` also where the input is read as a whole. */
  readonly input: Names;
  readonly system: boolean;
  /** The action and its groups, beyond what the scope of the policy says. */
  readonly action: boolean;
};

type Notes = {
  tags: Set<string> | 'any';
  readonly attributes: Set<string>;
  input: Set<string> | 'any';
  system: boolean;
  action: boolean;
  /** Something reads the context as a whole, or is not understood. */
  unclear: boolean;
};

const EVERYTHING: Reads = { tags: 'any', attributes: 'any', input: 'any', system: true, action: true };

/** A member that an expression of Cedar's JSON form has. */
export const member = (node: unknown, name: string): unknown =>
  typeof node === 'object' && node !== null ? Object.getOwnPropertyDescriptor(node, name)?.value : undefined;

export const isVariable = (node: unknown, name: string): boolean => member(node, 'Var') === name;

/** Whether an expression is `context.input`. */
export function isInput(node: unknown): boolean {
  const access = member(node, '.');
  return isVariable(member(access, 'left'), 'context') && member(access, 'attr') === 'input';
}

const add = (names: Set<string> | 'any', more: readonly string[]): void => {
  if (names !== 'any') for (const name of more) names.add(name);
};

/** `attr` of an access, or of `has`, where it may be a path: `has a.b`. */
function pathOf(access: unknown): readonly string[] {
  const attr = member(access, 'attr');
  const path: unknown[] = Array.isArray(attr) ? attr : [attr];
  return path.filter((name) => typeof name === 'string');
}

function readAccess(access: unknown, notes: Notes): void {
  const left = member(access, 'left');
  const path = pathOf(access);
  add(notes.attributes, path);
  if (isInput(left)) add(notes.input, path.slice(0, 1));
  else if (!isVariable(left, 'context')) readExpression(left, notes);
  else if (path.length !== 1) notes.unclear = true;
  else if (path[0] === 'input') notes.input = 'any';
  else if (path[0] === 'system') notes.system = true;
  // Any other member of the context is missing, whatever the call is: it must not be found in a context made for reading.
  else notes.unclear = true;
}

function readTag(operands: unknown, notes: Notes): void {
  const name = member(member(operands, 'right'), 'Value');
  if (typeof name === 'string') add(notes.tags, [name]);
  else notes.tags = 'any';
  readOperands(operands, notes);
}

function readValue(value: unknown, notes: Notes): void {
  if (typeof value !== 'object') return;
  const type = member(member(value, '__entity'), 'type');
  if (type === ACTION) notes.action = true;
  else if (typeof type !== 'string') notes.unclear = true;
}

function readVariable(name: unknown, notes: Notes): void {
  if (name === 'context') notes.unclear = true;
  else if (name === 'action') notes.action = true;
}

/** Reads every operand: expressions, or a list of them. Names and patterns among them are texts. */
function readOperands(operands: unknown, notes: Notes): void {
  for (const operand of Object.values(Object(operands))) {
    if (typeof operand === 'object') readExpression(operand, notes);
  }
}

const READERS: Readonly<Record<string, (body: unknown, notes: Notes) => void>> = {
  Value: readValue,
  Var: readVariable,
  '.': readAccess,
  has(body, notes) {
    // `context has input` asks what the whole context holds.
    if (isVariable(member(body, 'left'), 'context')) notes.unclear = true;
    readAccess(body, notes);
  },
  getTag: readTag,
  hasTag: readTag,
  like: (body, notes) => readExpression(member(body, 'left'), notes),
};

/** One expression is an object with one member: the operator, with its operands. */
function readExpression(node: unknown, notes: Notes): void {
  const entries = typeof node === 'object' && node !== null ? Object.entries(node) : [];
  const [operator, body] = entries[0] ?? [];
  if (operator === undefined || entries.length !== 1) {
    notes.unclear = true;
    return;
  }
  const read = Object.hasOwn(READERS, operator) ? READERS[operator] : undefined;
  (read ?? readOperands)(body, notes);
}

/** What the conditions of a policy read. Its scope is no part of it. */
export function readsOf(policy: PolicyJson): Reads {
  const notes: Notes = {
    tags: new Set(),
    attributes: new Set(),
    input: new Set(),
    system: false,
    action: false,
    unclear: false,
  };
  for (const { body } of policy.conditions) readExpression(body, notes);
  return notes.unclear ? EVERYTHING : notes;
}

const union = (names: readonly Names[]): Names =>
  names.includes('any') ? 'any' : new Set(names.flatMap((some) => (some === 'any' ? [] : [...some])));

/** What any of several policies reads. */
export const allReads = (reads: readonly Reads[]): Reads => ({
  tags: union(reads.map(({ tags }) => tags)),
  attributes: union(reads.map(({ attributes }) => attributes)),
  input: union(reads.map(({ input }) => input)),
  system: reads.some(({ system }) => system),
  action: reads.some(({ action }) => action),
});
