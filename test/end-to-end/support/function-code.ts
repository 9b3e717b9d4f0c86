/** The assembly with another program in the place of one function's bundle. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assembly } from '@secure-agent/agentcore-local';

const FUNCTION = 'AWS::Lambda::Function';
/** Of the form of an asset's hash, and nobody's. */
const HASH = 'f'.repeat(64);

export type FunctionCode = {
  /** Part of the function's logical id. */
  readonly of: string;
  /** The module `index.mjs`; it exports `handler`. */
  readonly source: string;
  readonly timeoutSeconds: number;
};

export type Replaced = {
  readonly assembly: Assembly;
  /** Where the program lies: its processes have it in their arguments. */
  readonly folder: string;
  remove(): void;
};

/** Fails unless exactly one function matches. */
export function withFunctionCode(assembly: Assembly, { of, source, timeoutSeconds }: FunctionCode): Replaced {
  const { Resources } = assembly.template;
  const ids = Object.keys(Resources).filter((id) => Resources[id]?.Type === FUNCTION && id.includes(of));
  const [id = ''] = ids;
  const resource = Resources[id];
  if (resource === undefined || ids.length > 1) throw new Error(`${ids.length} functions match ${of}`);
  const folder = join(mkdtempSync(join(tmpdir(), 'secure-agent-code-')), 'program');
  mkdirSync(folder);
  writeFileSync(join(folder, 'index.mjs'), source);
  const Code = { S3Bucket: 'none', S3Key: `${HASH}.zip` };
  const Properties = { ...resource.Properties, Code, Timeout: timeoutSeconds };
  return {
    folder,
    assembly: {
      ...assembly,
      template: { ...assembly.template, Resources: { ...Resources, [id]: { ...resource, Properties } } },
      asset: (hash) => (hash === HASH ? folder : assembly.asset(hash)),
    },
    remove: () => rmSync(join(folder, '..'), { recursive: true, force: true }),
  };
}
