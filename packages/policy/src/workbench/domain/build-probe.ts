/** A choice for each axis, made into one request. */
import type { SchemaDefinition } from '@secure-agent/contracts';
import type { PolicyTool } from '../../schema.ts';
import type { Probe } from '../model/domain.ts';
import type { Role } from '../model/role.ts';
import { type Choice, variantText } from './choice.ts';
import { memberAt, requiredOf } from './input-values.ts';
import { DEFAULT_NOW } from './instants.ts';
import type { Leaf } from './leaf.ts';

type Members = Record<string, unknown>;
type Draft = { sub: string; readonly claims: Members; readonly input: Members; now: number };

/** A leaf with what was chosen for it. */
export type Chosen = { readonly leaf: Leaf; readonly choice: Choice };

/** Sets an own member, whatever its name is. */
const define = (record: Members, name: string, value: unknown): void => {
  Object.defineProperty(record, name, { value, writable: true, enumerable: true, configurable: true });
};

const own = (record: unknown, name: string): unknown =>
  typeof record === 'object' && record !== null && Object.hasOwn(record, name)
    ? Object.getOwnPropertyDescriptor(record, name)?.value
    : undefined;

function read(draft: Draft, leaf: Leaf): unknown {
  switch (leaf.kind) {
    case 'tag':
      return own(draft.claims, leaf.name);
    case 'input':
      return leaf.path.reduce<unknown>(own, draft.input);
    case 'sub':
      return draft.sub;
    case 'now':
      return draft.now;
  }
}

/** In words, without one and with another at the end. */
function words(text: unknown, { add, remove }: Choice & { kind: 'words' }): string {
  const had = typeof text === 'string' ? text.split(' ').filter(Boolean) : [];
  return [...had.filter((word) => !remove.includes(word)), ...add.filter((word) => !had.includes(word))].join(
    ' ',
  );
}

function moved(value: unknown, move: number): unknown {
  if (typeof value === 'number') return value + move;
  return typeof value === 'string' && move !== 0 ? (move > 0 ? `${value}x` : `x${value}`) : value;
}

const UNCHANGED = Symbol('unchanged');

function chosen(draft: Draft, leaf: Leaf, choice: Choice): unknown {
  switch (choice.kind) {
    case 'own':
      return UNCHANGED;
    case 'absent':
      return undefined;
    case 'value':
    case 'given':
      return choice.value;
    case 'words':
      return words(read(draft, leaf), choice);
    case 'same':
      return moved(read(draft, choice.as), choice.move) ?? UNCHANGED;
  }
}

function put(record: Members, name: string, value: unknown): void {
  if (value === undefined) delete record[name];
  else define(record, name, structuredClone(value));
}

/** The text that a claim is as a tag, where an argument takes it. */
const asText = (value: unknown): unknown =>
  typeof value === 'string' || value === undefined ? value : JSON.stringify(value);

/** A value from elsewhere in the type that was declared, as far as there is one. */
function fitted(value: unknown, definition: SchemaDefinition | undefined): unknown {
  if (definition?.type === 'array') return Array.isArray(value) ? value : [value];
  return definition?.type === 'string' ? asText(value) : value;
}

/** A member of the input. A value makes the objects around it; leaving one out makes none. */
function putInput(draft: Draft, path: readonly string[], value: unknown): void {
  let around: unknown = draft.input;
  for (const name of path.slice(0, -1)) {
    if (own(around, name) === undefined && value !== undefined) put(around as Members, name, {});
    around = own(around, name);
  }
  if (typeof around === 'object' && around !== null) put(around as Members, path.at(-1) ?? '', value);
}

function apply(draft: Draft, { leaf, choice }: Chosen, schema: SchemaDefinition): void {
  const value = chosen(draft, leaf, choice);
  if (value === UNCHANGED) return;
  if (leaf.kind === 'tag') put(draft.claims, leaf.name, value);
  else if (leaf.kind === 'input') putInput(draft, leaf.path, fitted(value, memberAt(schema, leaf.path)));
  else if (leaf.kind === 'now') draft.now = Number(value);
  else if (typeof value === 'string') draft.sub = value;
}

function withSub({ sub, claims }: Draft): Probe['subject'] {
  if (Object.hasOwn(claims, 'sub')) define(claims, 'sub', sub);
  return { sub, claims };
}

/** Makes the request. Links come last within the caller and within the input: they follow what is there. */
export function buildProbe(role: Role, tool: PolicyTool, all: readonly Chosen[]): Probe {
  const { sub, claims } = role.subject;
  const draft: Draft = {
    sub,
    claims: { ...claims },
    input: { ...requiredOf(tool.inputSchema) },
    now: DEFAULT_NOW,
  };
  const isLink = ({ choice }: Chosen) => choice.kind === 'same';
  const ofCaller = all.filter(({ leaf }) => leaf.kind === 'tag' || leaf.kind === 'sub');
  const others = all.filter((one) => !ofCaller.includes(one));
  for (const part of [ofCaller, others]) {
    for (const one of part.filter((each) => !isLink(each))) apply(draft, one, tool.inputSchema);
    for (const one of part.filter(isLink)) apply(draft, one, tool.inputSchema);
  }
  const variant = ofCaller.flatMap(({ leaf, choice }) => variantText(leaf, choice) ?? []).join(', ');
  return {
    role: role.name,
    ...(variant === '' ? {} : { variant }),
    subject: withSub(draft),
    ...(Object.keys(claims).some((name) => !Object.hasOwn(draft.claims, name)) ? { incomplete: true } : {}),
    tool: tool.name,
    input: draft.input,
    now: draft.now,
  };
}

/** What a choice that is no link makes of one claim, or of the subject. */
export function claimOf(role: Role, { leaf, choice }: Chosen): unknown {
  const draft: Draft = {
    sub: role.subject.sub,
    claims: { ...role.subject.claims },
    input: {},
    now: DEFAULT_NOW,
  };
  apply(draft, { leaf, choice }, { type: 'object' });
  return read(draft, leaf);
}
