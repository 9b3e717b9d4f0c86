/** Paths into a template that mean the same in every stage: list items go by what they say, not by where they stand. */
import { resolve } from '../support/resolve.ts';
import type { Assertable } from '../support/synthesized.ts';

/** Name of a member, or the label of a list item in square brackets. */
export type Path = readonly string[];

/** One value of one resource. */
export type Place = {
  readonly type: string;
  /** Logical id without CDK's hash. */
  readonly id: string;
  readonly path: Path;
  readonly value: unknown;
};

type Members = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `Ref` and the functions are one value: what CloudFormation puts there. */
const isIntrinsic = (value: Members): boolean => {
  const [first = '', ...others] = Object.keys(value);
  return others.length === 0 && /^(?:Ref$|Fn::)/.test(first);
};

export const isLeaf = (value: unknown): boolean =>
  Array.isArray(value) ? value.length === 0 : !isObject(value) || isIntrinsic(value);

const HASH = /(?<=[A-Za-z])[0-9A-F]{8}(?![0-9A-Za-z])/g;
const STAGE = /(?<=secure[-_]agent[-_])[a-z]+/g;
/** @returns readable text, the same in every stage. */
export const plain = (text: string): string => text.replaceAll(HASH, '').replaceAll(STAGE, 'stage');

function firstText(value: unknown): string {
  if (isLeaf(value)) return String(resolve(value));
  return firstText(Object.values(Object(value))[0]);
}

const labelOf = (item: unknown): string => {
  if (isObject(item) && 'Action' in item)
    return `${item['Effect']} ${[item['Action']].flat().map(String).join(' ')}`;
  return plain(firstText(item));
};

/** Labels of the items of a list; a second one of the same label has a number. */
function labelsOf(items: readonly unknown[]): readonly string[] {
  const labels = items.map(labelOf);
  return labels.map((label, index) => {
    const before = labels.slice(0, index).filter((one) => one === label).length;
    return `[${label}${before === 0 ? '' : ` #${before + 1}`}]`;
  });
}

const membersOf = (value: unknown): readonly (readonly [string, unknown])[] => {
  if (!Array.isArray(value)) return Object.entries(Object(value));
  const labels = labelsOf(value);
  return value.map((item, index) => [labels[index] ?? '', item]);
};

function below(place: Place): readonly Place[] {
  if (isLeaf(place.value)) return [place];
  return [
    place,
    ...membersOf(place.value).flatMap(([name, value]) =>
      below({ ...place, path: [...place.path, name], value }),
    ),
  ];
}

/** Every value in every resource of a template but its type: inner ones and leaves. */
export const placesIn = ({ Resources }: Assertable): readonly Place[] =>
  Object.entries(Resources).flatMap(([id, { Type: type, ...rest }]) =>
    below({ type, id: plain(id), path: [], value: rest }).slice(1),
  );

/** `AWS::X::Y Properties.List.*.Name`: the same for every item and every resource of the type. */
export const propertyOf = ({ type, path }: Pick<Place, 'type' | 'path'>): string =>
  `${type} ${path.map((step) => (step.startsWith('[') ? '*' : step)).join('.')}`;

/** What a change returns for a value that is to go. */
export const GONE: unique symbol = Symbol('gone');

export type Change = (value: unknown) => unknown;

/** A copy with the value at a path changed; the same object where there is no such path. */
function edited(value: unknown, [step, ...rest]: Path, change: Change): unknown {
  if (step === undefined) return change(value);
  const members = membersOf(value);
  if (!members.some(([name]) => name === step)) return value;
  const after = members
    .map(([name, member]) => [name, name === step ? edited(member, rest, change) : member] as const)
    .filter(([, member]) => member !== GONE);
  return Array.isArray(value) ? after.map(([, member]) => member) : Object.fromEntries(after);
}

/** A copy of a template with one value changed, in the resource of that id and type. */
export function withEdited<T extends Assertable>(
  template: T,
  { type, id, path }: Pick<Place, 'type' | 'id' | 'path'>,
  change: Change,
): T {
  const found = Object.entries(template.Resources).find(
    ([name, { Type }]) => Type === type && plain(name) === id,
  );
  if (found === undefined) return template;
  const [name, resource] = found;
  return { ...template, Resources: { ...template.Resources, [name]: edited(resource, path, change) } };
}
