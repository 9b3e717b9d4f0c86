/**
 * The shapes that the AWS SDK ships with its client (its `X$` exports), as far as a server needs them: members, required
 * members, unions, types, formats of timestamps and where in a request a member travels.
 * Source: runtime schemas of `@aws-sdk/client-bedrock-agentcore-control`; numeric codes as in Smithy's schema package.
 */

export type ScalarKind = 'string' | 'number' | 'boolean' | 'date-time' | 'epoch-seconds' | 'document';

export type Shape =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'list' | 'map'; readonly member: () => Shape }
  | {
      readonly kind: 'structure' | 'union';
      readonly name: string;
      readonly members: ReadonlyMap<string, Member>;
      readonly required: ReadonlySet<string>;
    };

export type Structure = Extract<Shape, { readonly kind: 'structure' | 'union' }>;

export type Member = {
  readonly shape: () => Shape;
  /** Part of the path. */
  readonly label: boolean;
  /** Name in the query, for a member that travels there. */
  readonly query?: string;
  /** The client's token that makes a repetition harmless. */
  readonly idempotencyToken: boolean;
};

const LIST = 64;
const MAP = 128;
const SCALARS: ReadonlyMap<number, ScalarKind> = new Map([
  [0, 'string'],
  [1, 'number'],
  [2, 'boolean'],
  [4, 'epoch-seconds'],
  [5, 'date-time'],
  [7, 'epoch-seconds'],
  [15, 'document'],
]);

const unknownSchema = (what: unknown): TypeError =>
  new TypeError(`the SDK's schemas hold something unknown: ${String(what)}`);

function scalarOf(code: number): Shape {
  if (code >= MAP) return { kind: 'map', member: () => scalarOf(code - MAP) };
  if (code >= LIST) return { kind: 'list', member: () => scalarOf(code - LIST) };
  const kind = SCALARS.get(code);
  if (kind === undefined) throw unknownSchema(code);
  return { kind };
}

/** Traits are a bit mask, or an object with the HTTP bindings: 1 is a label, 4 the idempotency token. */
function traitsOf(traits: unknown): Omit<Member, 'shape'> {
  if (typeof traits === 'number') return { label: (traits & 1) !== 0, idempotencyToken: (traits & 4) !== 0 };
  if (typeof traits !== 'object' || traits === null) return { label: false, idempotencyToken: false };
  const named = new Map(Object.entries(traits));
  const query = named.get('httpQuery');
  return {
    label: named.get('httpLabel') === 1,
    idempotencyToken: named.get('idempotencyToken') === 1,
    ...(typeof query === 'string' ? { query } : {}),
  };
}

const isSchema = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'string';

/** A member is a reference, or a pair of a reference and its traits. */
function memberOf(entry: unknown): Member {
  const pair = Array.isArray(entry) && !isSchema(entry) ? entry : [entry, 0];
  const made = { of: undefined as Shape | undefined };
  return { shape: () => (made.of ??= shapeOf(pair[0])), ...traitsOf(pair[1]) };
}

function structureOf(schema: readonly unknown[], kind: 'structure' | 'union'): Structure {
  const [, , name, , names, entries, required] = schema;
  if (!Array.isArray(names) || !Array.isArray(entries)) throw unknownSchema(name);
  const members = names.map((member, at) => [String(member), memberOf(entries[at])] as const);
  const count = kind === 'structure' && typeof required === 'number' ? required : 0;
  return {
    kind,
    name: String(name),
    members: new Map(members),
    // The SDK lists required members first.
    required: new Set(members.slice(0, count).map(([member]) => member)),
  };
}

const lazily = (entry: unknown): (() => Shape) => memberOf(entry).shape;

/**
 * The shape of an SDK schema.
 * @param reference - a schema, its numeric code, or a function that gives either.
 * @throws TypeError for a schema of a kind that this program does not know: a newer SDK.
 */
export function shapeOf(reference: unknown): Shape {
  if (typeof reference === 'function') return shapeOf(reference());
  if (typeof reference === 'number') return scalarOf(reference);
  if (!isSchema(reference)) throw unknownSchema(reference);
  switch (reference[0]) {
    case 0:
      return shapeOf(reference[4]);
    case 1:
      return { kind: 'list', member: lazily(reference[4]) };
    case 2:
      return { kind: 'map', member: lazily(reference[5]) };
    case 3:
      return structureOf(reference, 'structure');
    case 4:
      return structureOf(reference, 'union');
    default:
      throw unknownSchema(reference[2]);
  }
}

/** The shape of an operation's input or output, which is always a structure. */
export function structureShape(reference: unknown): Structure {
  const shape = shapeOf(reference);
  if (shape.kind === 'structure') return shape;
  throw unknownSchema(shape.kind);
}
