import type { Json } from '@secure-agent/contracts';
import { isObject } from './resolve.ts';

/** Logical ids in the text of a `Fn::Sub`, without the variables that it brings itself. */
function namesInSub(argument: Json | undefined): readonly string[] {
  const [pattern, variables] = Array.isArray(argument) ? argument : [argument];
  if (typeof pattern !== 'string') return [];
  const names = Array.from(pattern.matchAll(/\$\{([^!}][^}]*)\}/g), ([, name = '']) => name);
  const own = isObject(variables) ? variables : {};
  return names.filter((name) => !Object.hasOwn(own, name)).map((name) => name.split('.')[0] ?? '');
}

/** Logical ids that a value refers to, in `Ref`, `Fn::GetAtt` and `Fn::Sub`. */
export function references(value: Json): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (part: Json): void => {
    for (const item of Array.isArray(part) ? part : []) visit(item);
    if (!isObject(part)) return;
    const { Ref: ref, 'Fn::GetAtt': getAtt, 'Fn::Sub': fnSub } = part;
    if (typeof ref === 'string') found.add(ref);
    if (typeof getAtt === 'string') found.add(getAtt.split('.')[0] ?? '');
    if (Array.isArray(getAtt) && typeof getAtt[0] === 'string') found.add(getAtt[0]);
    for (const name of namesInSub(fnSub)) found.add(name);
    for (const member of Object.values(part)) visit(member);
  };
  visit(value);
  return found;
}
