/**
 * Reads a cloud assembly: the manifest, one stack's template and where its assets lie.
 * Source: aws-cdk-lib cloud-assembly-schema; `<Stack>.assets.json` maps every hash to a path.
 */
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { LoadError } from '../load-error.ts';

const json: z.ZodType<Json> = z.json();

const resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), json).default({}),
  DependsOn: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
  Condition: z.string().optional(),
});

const template = z.object({
  Parameters: z
    .record(z.string(), z.object({ Type: z.string(), Default: z.string().optional() }))
    .default({}),
  Conditions: z.record(z.string(), json).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), json))).default({}),
  Resources: z.record(z.string(), resource),
  Outputs: z.record(z.string(), z.object({ Value: json })).default({}),
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

function readJson<T>(file: string, schema: z.ZodType<T>): T {
  if (!existsSync(file)) {
    throw new LoadError(
      'assembly_missing',
      `The cloud assembly has no ${relative(dirname(file), file)}. Run "npm run synth".`,
    );
  }
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new LoadError('assembly_invalid', `${relative(dirname(file), file)} is not what the CDK writes.`);
  }
}

/** Without an account the CDK writes `unknown-account/unknown-region`. */
function environmentOf(text: string | undefined): { account: string; region: string } {
  const match = /^aws:\/\/([0-9]{12})\/([a-z0-9-]+)$/.exec(text ?? '');
  const [, account = '000000000000', region = 'us-east-1'] = match ?? [];
  return { account, region: region === 'unknown-region' ? 'us-east-1' : region };
}

/** An asset lies inside the assembly: a tampered manifest must not make the host read another folder. */
function insideAssembly(folder: string, path: string): string {
  const full = resolve(folder, path);
  const way = relative(folder, full);
  const outside = way === '' || way.startsWith('..') || isAbsolute(way);
  if (outside || !existsSync(full) || lstatSync(full).isSymbolicLink()) {
    throw new LoadError(
      'asset_missing',
      'An asset of the assembly is missing or lies outside it. Synthesize again.',
    );
  }
  return full;
}

/**
 * Reads the assembly's only stack, or the named one.
 * @throws LoadError `assembly_missing`, `assembly_invalid`, `asset_missing`.
 */
export function readAssembly(folder: string, stackName?: string): Assembly {
  const { artifacts } = readJson(join(folder, 'manifest.json'), manifest);
  const stacks = Object.entries(artifacts).filter(
    ([name, artifact]) =>
      artifact.type === 'aws:cloudformation:stack' && (stackName === undefined || name === stackName),
  );
  const [first] = stacks;
  if (first === undefined || stacks.length > 1) {
    throw new LoadError('assembly_invalid', `The assembly holds ${stacks.length} matching stacks; name one.`);
  }
  const [name, artifact] = first;
  const assets = readJson(join(folder, `${name}.assets.json`), assetManifest);
  const paths = new Map<string, string>([
    ...Object.entries(assets.files).map(([hash, file]): [string, string] => [hash, file.source.path]),
    ...Object.entries(assets.dockerImages).map(([hash, image]): [string, string] => [
      hash,
      image.source.directory,
    ]),
  ]);
  return {
    stackName: name,
    ...environmentOf(artifact.environment),
    template: readJson(join(folder, artifact.properties?.templateFile ?? `${name}.template.json`), template),
    asset(hash) {
      const path = paths.get(hash);
      if (path === undefined)
        throw new LoadError('asset_missing', 'The template names an asset that the assembly does not hold.');
      return insideAssembly(folder, path);
    },
  };
}
