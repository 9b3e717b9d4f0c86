/** Stand-ins for what CloudFormation fills in: `Ref` and `Fn::GetAtt` become readable text. */

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function attribute([logicalId, name]: readonly unknown[]): string {
  return name === 'GatewayUrl' ? 'https://gateway.example.com/mcp' : `${logicalId}.${name}`;
}

/**
 * Resolves a value of a template: a reference to its logical id, an attribute to `id.Attribute`, a join to its text.
 * @throws TypeError for an intrinsic function that the stack does not use.
 */
export function resolve(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolve);
  if (!isNode(value)) return value;
  const [[name, argument] = []] = Object.entries(value);
  if (name === 'Ref') return argument;
  if (name === 'Fn::GetAtt' && Array.isArray(argument)) return attribute(argument);
  if (name === 'Fn::Sub') return argument;
  if (name === 'Fn::Join' && Array.isArray(argument)) {
    const [separator, parts] = argument;
    return [resolve(parts)].flat().join(String(separator));
  }
  if (name?.startsWith('Fn::')) throw new TypeError(`the stack does not use ${name}`);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolve(member)]));
}

/** Names of every intrinsic function and pseudo parameter in a template. */
export function intrinsicsOf(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  JSON.stringify(value, (key, member: unknown) => {
    if (key === 'Ref' && typeof member === 'string') found.add(member.startsWith('AWS::') ? member : 'Ref');
    if (key.startsWith('Fn::')) found.add(key);
    if (key === 'Fn::Sub')
      for (const [, name] of String(member).matchAll(/\$\{([^}]+)\}/g)) found.add(`${name}`);
    return member;
  });
  return found;
}
