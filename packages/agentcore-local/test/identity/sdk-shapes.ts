/** The shapes that the SDK ships, and what in an answer they do not know. */
import * as sdkModule from '@aws-sdk/client-cognito-identity-provider';

type Schema = unknown;

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** A schema of the SDK by its name. */
export const schemaOf = (name: string): Schema =>
  Object.entries(sdkModule).find(([key]) => key === `${name}$`)?.[1];

/** A member's schema is itself, a function that gives it, or one of these with traits. */
function resolve(schema: Schema): Schema {
  if (typeof schema === 'function') return resolve(schema());
  if (isList(schema) && typeof schema[0] === 'function') return resolve(schema[0]);
  if (isList(schema) && schema[0] === 0) return resolve(schema[4]);
  return schema;
}

/** Members of a value that its schema has not: 3 is a structure, 1 a list, in the SDK's own coding. */
export function unknownMembers(raw: Schema, value: unknown, path: string): string[] {
  const schema = resolve(raw);
  // An operation without a response schema answers with nothing.
  if (schema === undefined && JSON.stringify(value) !== '{}') return [`${path} has no schema`];
  if (!isList(schema)) return [];
  if (schema[0] === 1 && isList(value)) {
    return value.flatMap((item, index) => unknownMembers(schema[4], item, `${path}[${index}]`));
  }
  const [, , , , names, members] = schema;
  if (schema[0] !== 3 || !isList(names) || !isList(members)) return [];
  if (typeof value !== 'object' || value === null) return [`${path} is no structure`];
  return Object.entries(value).flatMap(([name, member]) => {
    const at = names.indexOf(name);
    return at < 0 ? [`${path}.${name}`] : unknownMembers(members[at], member, `${path}.${name}`);
  });
}
