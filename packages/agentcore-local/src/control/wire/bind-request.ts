/** Puts a request's path, query and body together into the operation's input, as restJson1 binds them. */
import type { Json, JsonObject } from '@secure-agent/contracts';
import { ControlError } from '../control-error.ts';
import { checkShape, type Issue } from './check-shape.ts';
import { isObject } from './json-object.ts';
import type { Matched } from './routes.ts';
import type { Member, Structure } from './shape.ts';

const cannotParse = (message: string): ControlError =>
  new ControlError('ValidationException', message, { reason: 'CannotParse' });

function bodyOf(body: Buffer): Json {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw cannotParse('The request body is not valid JSON');
  }
}

/** Members that travel in the path or the query are unknown to the body. */
function bodyShape(input: Structure): Structure {
  const members = [...input.members].filter(([, { label, query }]) => !label && query === undefined);
  const names = new Set(members.map(([name]) => name));
  const required = new Set([...input.required].filter((name) => names.has(name)));
  return { ...input, members: new Map(members), required };
}

function queryValue(name: string, member: Member, query: URLSearchParams): Json | undefined {
  const given = query.getAll(member.query ?? '');
  const { kind } = member.shape();
  if (given.length === 0) return undefined;
  if (kind === 'list') return given;
  if (given.length > 1) throw cannotParse(`${name} is given more than once`);
  const [text = ''] = given;
  if (kind !== 'number') return text;
  if (!/^-?[0-9]{1,15}$/.test(text)) throw cannotParse(`${name}: must be a number`);
  return Number(text);
}

const fieldsOf = (issues: readonly Issue[]): { readonly name: string; readonly message: string }[] =>
  issues.map(({ path, message }) => ({ name: path || 'request', message }));

/** @throws ControlError `ValidationException` that names each field. */
export function refuseIssues(issues: readonly Issue[]): void {
  if (issues.length === 0) return;
  const fieldList = fieldsOf(issues.slice(0, 20));
  const text = fieldList.map(({ name, message }) => `${name}: ${message}`).join('; ');
  throw new ControlError('ValidationException', text, { reason: 'FieldValidationFailed', fieldList });
}

/**
 * The input of an operation, checked against the operation's schema.
 * @param search - the query without its question mark.
 * @throws ControlError `ValidationException` for what cannot be parsed and for every field that does not fit.
 */
export function bindRequest({ operation, labels }: Matched, search: string, body: Buffer): JsonObject {
  const { input } = operation;
  const checked = checkShape(bodyShape(input), bodyOf(body));
  const query = new URLSearchParams(search);
  const elsewhere = [...input.members].flatMap(([name, member]): [string, Json][] => {
    const value = member.label ? labels.get(name) : queryValue(name, member, query);
    return member.label || member.query !== undefined ? (value === undefined ? [] : [[name, value]]) : [];
  });
  const names = new Set(elsewhere.map(([name]) => name));
  const missing = [...input.required].filter(
    (name) => !names.has(name) && !bodyShape(input).members.has(name),
  );
  refuseIssues([...missing.map((path) => ({ path, message: 'is required' })), ...checked.issues]);
  return isObject(checked.value) ? { ...checked.value, ...Object.fromEntries(elsewhere) } : {};
}
