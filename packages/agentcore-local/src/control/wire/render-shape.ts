/**
 * Writes a record as an answer: only the members that the output has, so that what a record keeps for itself cannot
 * leave, and every time in the format of its member. Records hold times as ISO texts.
 */
import type { Json } from '@secure-agent/contracts';
import { isObject } from './json-object.ts';
import type { Shape, Structure } from './shape.ts';

function renderMembers({ members }: Structure, value: Json): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    [...members].flatMap(([name, member]): [string, Json][] => {
      const given = Object.hasOwn(value, name) ? value[name] : undefined;
      return given === undefined ? [] : [[name, renderShape(member.shape(), given)]];
    }),
  );
}

/** @param value - a record, or part of one. */
export function renderShape(shape: Shape, value: Json): Json {
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return renderMembers(shape, value);
    case 'list':
      return Array.isArray(value) ? value.map((item) => renderShape(shape.member(), item)) : value;
    case 'map':
      return isObject(value)
        ? Object.fromEntries(
            Object.entries(value).map(([name, item]) => [name, renderShape(shape.member(), item)]),
          )
        : value;
    case 'epoch-seconds':
      return typeof value === 'string' ? Date.parse(value) / 1000 : value;
    default:
      return value;
  }
}
