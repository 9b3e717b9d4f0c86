/** Checks a value against a shape of the SDK, and gives it back with its nulls left out. */
import type { Json } from '@secure-agent/contracts';
import { isObject } from './json-object.ts';
import type { Shape, Structure } from './shape.ts';

export type Issue = { readonly path: string; readonly message: string };

/** Deeper than any request that the service takes; a recursive schema must not end the process. */
const MAX_DEPTH = 100;

type Place = { readonly path: string; readonly depth: number; readonly issues: Issue[] };

const inside = (place: Place, name: string): Place => ({
  path: place.path === '' ? name : `${place.path}.${name}`,
  depth: place.depth + 1,
  issues: place.issues,
});

function refuse({ path, issues }: Place, message: string): null {
  issues.push({ path, message });
  return null;
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function checkScalar(shape: Shape, value: Json, place: Place): Json {
  switch (shape.kind) {
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === shape.kind ? value : refuse(place, `must be a ${shape.kind}`);
    case 'date-time':
      return typeof value === 'string' && isoTime.test(value)
        ? value
        : refuse(place, 'must be a date and time');
    case 'epoch-seconds':
      return typeof value === 'number' ? value : refuse(place, 'must be a number of seconds');
    default:
      return checkDocument(value, place);
  }
}

/** A document may hold anything, but no deeper than the rest. */
function checkDocument(value: Json, place: Place): Json {
  if (place.depth > MAX_DEPTH) return refuse({ ...place, path: '' }, 'the request is nested too deeply');
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) checkDocument(member, { ...place, depth: place.depth + 1 });
  return value;
}

function checkMembers(shape: Structure, value: Json, place: Place): Json {
  if (!isObject(value)) return refuse(place, 'must be an object');
  const given = Object.entries(value).filter(([, member]) => member !== null);
  const names = new Set(given.map(([name]) => name));
  for (const name of shape.required) {
    if (!names.has(name)) refuse(inside(place, name), 'is required');
  }
  if (shape.kind === 'union' && given.length !== 1) {
    return refuse(place, `must have exactly one of ${[...shape.members.keys()].join(', ')}`);
  }
  const checked = given.map(([name, member]): [string, Json] => {
    const known = shape.members.get(name);
    const there = inside(place, name);
    return [
      name,
      known === undefined ? refuse(there, 'is unknown') : checkValue(known.shape(), member, there),
    ];
  });
  return Object.fromEntries(checked);
}

function checkValue(shape: Shape, value: Json, place: Place): Json {
  if (place.depth > MAX_DEPTH) return refuse({ ...place, path: '' }, 'the request is nested too deeply');
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return checkMembers(shape, value, place);
    case 'list':
      return Array.isArray(value)
        ? value.map((item, at) => checkValue(shape.member(), item, inside(place, String(at))))
        : refuse(place, 'must be a list');
    case 'map':
      return isObject(value)
        ? Object.fromEntries(
            Object.entries(value).map(([name, item]) => [
              name,
              checkValue(shape.member(), item, inside(place, name)),
            ]),
          )
        : refuse(place, 'must be a map');
    default:
      return checkScalar(shape, value, place);
  }
}

/**
 * Checks a value: required and unknown members, unions, types.
 * @returns the value without members that are null (restJson1 takes null for absent), and what is wrong with it.
 */
export function checkShape(
  shape: Structure,
  value: Json,
): { readonly value: Json; readonly issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const checked = checkValue(shape, value, { path: '', depth: 0, issues });
  return { value: checked, issues };
}
