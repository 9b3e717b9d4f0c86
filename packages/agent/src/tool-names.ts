/** Tool names that models accept. A gateway's may hold other characters and be four times as long. */
import { createHash } from 'node:crypto';

const MODEL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const HASH_LENGTH = 8;
const STEM_LENGTH = 64 - HASH_LENGTH - 1;

function shortened(name: string): string {
  const hash = createHash('sha256').update(name, 'utf8').digest('hex').slice(0, HASH_LENGTH);
  return `${name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, STEM_LENGTH)}_${hash}`;
}

/**
 * Listed name to model name. A name stays as it is where Bedrock and Strands take it (`[a-zA-Z0-9_-]{1,64}`); else it is
 * cleaned, cut, and ended with a part of its hash. Strands takes `a-b` and `a_b` for one name, so the second is changed too.
 */
export function modelNames(names: readonly string[]): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  const used = new Set<string>();
  for (const name of names) {
    const fits = MODEL_NAME.test(name) && !used.has(name.replaceAll('-', '_'));
    const modelName = fits ? name : shortened(name);
    used.add(modelName.replaceAll('-', '_'));
    result.set(name, modelName);
  }
  return result;
}
