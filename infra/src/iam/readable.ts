/** A template's values as a person reads them: intrinsic functions become names. */

/** The construct library ends a logical id in eight digits of a hash. */
const HASH = /[0-9A-F]{8}$/;
const withoutHash = (logicalId: unknown): string => String(logicalId).replace(HASH, '');

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A reference becomes `{Name}`, an attribute `{Name.Attribute}`, a join its text; anything else stays as it is. */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = [], ...more] = Object.entries(value);
  if (more.length === 0 && name === 'Ref') return `{${withoutHash(argument)}}`;
  if (more.length === 0 && Array.isArray(argument)) {
    const [first, second] = argument;
    if (name === 'Fn::GetAtt') return `{${withoutHash(first)}.${second}}`;
    if (name === 'Fn::Join')
      return [second]
        .flat()
        .map((part) => textOf(readable(part)))
        .join(String(first));
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, readable(member)]));
}

/** The name of a resource, its hash cut off. */
export const readableName = withoutHash;
