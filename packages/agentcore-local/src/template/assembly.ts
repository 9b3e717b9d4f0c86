/**
 * Reads a cloud assembly: the manifest, one stack's template and where its assets lie.
 * Source: aws-cdk-lib cloud-assembly-schema; `<Stack>.assets.json` maps every hash to a path.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { LoadError } from '../load-error.ts';
import { pathInside } from './path-inside.ts';

const json: z.ZodType<Json> = z.json();

const resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), json).default({}),
  DependsOn: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
  Condition: z.string().optional(),
});

const template = z.object({
  Parameters: z
    .record(z.string(), z.object({ Type: z.string(), Default: z.union([z.string(), z.number()]).optional() }))
    .default({}),
  Conditions: z.record(z.string(), json).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), json))).default({}),
  Resources: z.record(z.string(), resource),
  Outputs: z.record(z.string(), z.object({ Value: json, Condition: z.string().optional() })).default({}),
});

export type Template = z.infer<typeof template>;
export type TemplateResource = Template['Resources'][string];

const manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      environment: z.string().optional(),
      properties: z.object({ templateFile: z.string().optional() }).loose().optional(),
    }),
  ),
});

const assetManifest = z.object({
  files: z
    .record(z.string(), z.object({ source: z.object({ path: z.string() }).loose() }).loose())
    .default({}),
  dockerImages: z
    .record(z.string(), z.object({ source: z.object({ directory: z.string() }).loose() }).loose())
    .default({}),
});

export type Assembly = {
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  readonly template: Template;
  /** Folder or file of an asset by its hash. Throws a LoadError for an unknown one or one outside the assembly. */
  readonly asset: (hash: string) => string;
};

/** The name would reach an object's prototype wherever it becomes a member. The CDK never writes it. */
function refusePrototype(name: string, value: unknown): unknown {
  if (name === '__proto__') throw new SyntaxError('__proto__');
  return value;
}

function readJson<T>(folder: string, name: string, schema: z.ZodType<T>): T {
  const file = pathInside(folder, name);
  if (file === undefined || !existsSync(file)) {
    const shown = file === undefined ? 'file where its manifest says' : name;
    throw new LoadError('assembly_missing', `The cloud assembly has no ${shown}. Run "npm run synth".`);
  }
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8'), refusePrototype));
  } catch {
    throw new LoadError('assembly_invalid', `${name} is not what the CDK writes.`);
  }
}

/** What the CDK does not know it writes as `unknown-account` or `unknown-region`. */
function environmentOf(text = ''): { account: string; region: string } {
  const [, account = '', region = ''] = /^aws:\/\/([^/]*)\/([^/]*)$/.exec(text) ?? [];
  return {
    account: /^[0-9]{12}$/.test(account) ? account : '000000000000',
    region: /^[a-z]{2}(?:-[a-z]+)+-[0-9]$/.test(region) ? region : 'us-east-1',
  };
}

/** Asset hash to its path in the assembly. */
function assetPaths(folder: string, stack: string): ReadonlyMap<string, string> {
  const { files, dockerImages } = readJson(folder, `${stack}.assets.json`, assetManifest);
  return new Map([
    ...Object.entries(files).map(([hash, file]): [string, string] => [hash, file.source.path]),
    ...Object.entries(dockerImages).map(([hash, image]): [string, string] => [hash, image.source.directory]),
  ]);
}

/** An asset lies inside the assembly: a tampered manifest must not make the host read or run something else. */
function findAsset(folder: string, paths: ReadonlyMap<string, string>, hash: string): string {
  const path = paths.get(hash);
  if (path === undefined) {
    throw new LoadError('asset_missing', 'The template names an asset that the assembly does not hold.');
  }
  const full = pathInside(folder, path);
  if (full !== undefined && existsSync(full)) return full;
  throw new LoadError(
    'asset_missing',
    'An asset of the assembly is missing, or leads out of it. Synthesize again.',
  );
}

/** What CloudFormation takes as the name of a stack. */
const STACK_NAME = /^[A-Za-z][A-Za-z0-9-]{0,127}$/;

/**
 * Reads the assembly's only stack, or the named one.
 * @throws LoadError `assembly_missing`, `assembly_invalid`; its `asset` throws `asset_missing`.
 */
export function readAssembly(folder: string, stackName?: string): Assembly {
  const { artifacts } = readJson(folder, 'manifest.json', manifest);
  const stacks = Object.entries(artifacts).filter(
    ([name, artifact]) =>
      artifact.type === 'aws:cloudformation:stack' && (stackName === undefined || name === stackName),
  );
  const [first] = stacks;
  if (first === undefined || stacks.length > 1) {
    throw new LoadError('assembly_invalid', `The assembly holds ${stacks.length} matching stacks; name one.`);
  }
  const [name, { environment, properties }] = first;
  if (!STACK_NAME.test(name))
    throw new LoadError('assembly_invalid', 'The stack has no name that AWS takes.');
  const paths = assetPaths(folder, name);
  // A runtime asks for its folder with every request: each is checked once.
  const found = new Map<string, string>();
  return {
    stackName: name,
    ...environmentOf(environment),
    template: readJson(folder, properties?.templateFile ?? `${name}.template.json`, template),
    asset(hash) {
      const full = found.get(hash) ?? findAsset(folder, paths, hash);
      found.set(hash, full);
      return full;
    },
  };
}
