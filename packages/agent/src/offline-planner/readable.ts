/** Tool results as text that people read, and as text that a next step can take. */

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function scalar(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function lines(value: unknown, depth: number): string {
  const indent = '  '.repeat(depth);
  const entry = (label: string, member: unknown): string => {
    const nested = typeof member === 'object' && member !== null && depth < 4;
    return nested ? `${indent}${label}\n${lines(member, depth + 1)}` : `${indent}${label} ${scalar(member)}`;
  };
  if (Array.isArray(value)) return value.map((member) => entry('-', member)).join('\n');
  if (isObject(value)) {
    return Object.entries(value)
      .map(([name, member]) => entry(`${name}:`, member))
      .join('\n');
  }
  return `${indent}${scalar(value)}`;
}

/** A result as people read it: JSON becomes `name: value` lines, other text stays. */
export const readable = (text: string): string => lines(parse(text), 0);

/**
 * A result as the text of a next step: a string as it is; of an object its one long text (it spans lines, or is the
 * only string member); anything else readable.
 */
export function asText(result: string): string {
  const value = parse(result);
  if (typeof value === 'string') return value;
  if (!isObject(value)) return readable(result);
  const strings = Object.values(value).filter((member) => typeof member === 'string');
  const long = strings.filter((member) => member.includes('\n'));
  const [only] = long.length > 0 ? long : strings;
  return only !== undefined && (long.length === 1 || Object.keys(value).length === 1)
    ? only
    : readable(result);
}
