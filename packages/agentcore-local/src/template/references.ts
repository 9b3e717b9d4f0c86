import type { Json } from '@secure-agent/contracts';
import { isObject } from './resolve.ts';

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
    const pattern = Array.isArray(fnSub) ? fnSub[0] : fnSub;
    if (typeof pattern === 'string') {
      for (const [, name = ''] of pattern.matchAll(/\$\{([^!}][^}]*)\}/g))
        found.add(name.split('.')[0] ?? '');
    }
    for (const member of Object.values(part)) visit(member);
  };
  visit(value);
  return found;
}
