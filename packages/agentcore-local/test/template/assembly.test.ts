import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Json } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { readAssembly } from '../../src/template/assembly.ts';
import { folderWith } from '../processes/support.ts';

type Parts = {
  readonly environment?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly images?: Readonly<Record<string, string>>;
  readonly templateFile?: string;
  readonly template?: Json;
  readonly stacks?: readonly string[];
};

const stackArtifact = ({ environment = 'aws://000000000000/us-east-1', templateFile }: Parts) => ({
  type: 'aws:cloudformation:stack',
  environment,
  properties: { ...(templateFile === undefined ? {} : { templateFile }) },
});

const assetManifestOf = ({ files = {}, images = {} }: Parts) => ({
  files: Object.fromEntries(Object.entries(files).map(([hash, path]) => [hash, { source: { path } }])),
  dockerImages: Object.fromEntries(
    Object.entries(images).map(([hash, directory]) => [hash, { source: { directory } }]),
  ),
});

/** An assembly as the CDK writes it, with one asset folder, `asset.code`. */
function assemblyWith(parts: Parts = {}): string {
  const { stacks = ['agent'], template = { Resources: {} } } = parts;
  const folder = folderWith({
    'manifest.json': JSON.stringify({
      artifacts: {
        ...Object.fromEntries(stacks.map((name) => [name, stackArtifact(parts)])),
        'agent.assets': { type: 'cdk:asset-manifest', properties: { file: 'agent.assets.json' } },
      },
    }),
    'agent.assets.json': JSON.stringify(assetManifestOf(parts)),
    'agent.template.json': JSON.stringify(template),
  });
  mkdirSync(join(folder, 'asset.code'));
  writeFileSync(join(folder, 'asset.code', 'index.mjs'), '');
  return folder;
}

const refusal = (code: string, message = /./) =>
  expect.objectContaining({ name: 'LoadError', code, message: expect.stringMatching(message) });

describe('a whole assembly', () => {
  test('gives the stack, its template with what is left out filled in, and its assets', () => {
    const folder = assemblyWith({
      files: { abc: 'asset.code' },
      images: { def: 'asset.code' },
      template: { Resources: { Table: { Type: 'AWS::DynamoDB::Table', DependsOn: 'Role' } } },
    });
    const assembly = readAssembly(folder);
    expect(assembly.stackName).toBe('agent');
    expect(assembly.template).toEqual({
      ...{ Parameters: {}, Conditions: {}, Mappings: {}, Outputs: {} },
      Resources: { Table: { Type: 'AWS::DynamoDB::Table', Properties: {}, DependsOn: ['Role'] } },
    });
    expect(assembly.asset('abc')).toBe(join(folder, 'asset.code'));
    expect(assembly.asset('def')).toBe(join(folder, 'asset.code'));
  });

  test.each([
    ['aws://123456789012/eu-west-1', '123456789012', 'eu-west-1'],
    ['aws://unknown-account/unknown-region', '000000000000', 'us-east-1'],
    ['aws://unknown-account/eu-west-1', '000000000000', 'eu-west-1'],
    ['aws://123456789012/unknown-region', '123456789012', 'us-east-1'],
    ['nonsense', '000000000000', 'us-east-1'],
  ])('environment %s', (environment, account, region) => {
    expect(readAssembly(assemblyWith({ environment }))).toMatchObject({ account, region });
  });

  test('one of several stacks has to be named', () => {
    const folder = assemblyWith({ stacks: ['agent', 'other'] });
    expect(() => readAssembly(folder)).toThrow(refusal('assembly_invalid', /2 matching stacks/));
    expect(() => readAssembly(folder, 'nobody')).toThrow(refusal('assembly_invalid', /0 matching stacks/));
    expect(readAssembly(folder, 'agent').stackName).toBe('agent');
  });
});

describe('an assembly that cannot be read', () => {
  test.each([
    ['no manifest', {}, /manifest\.json/],
    [
      'no asset manifest',
      { 'manifest.json': JSON.stringify({ artifacts: { agent: stackArtifact({}) } }) },
      /agent\.assets\.json/,
    ],
    [
      'no template',
      {
        'manifest.json': JSON.stringify({ artifacts: { agent: stackArtifact({}) } }),
        'agent.assets.json': '{}',
      },
      /agent\.template\.json/,
    ],
  ])('%s: says which file and what to run', (_id, files, message) => {
    const folder = folderWith(files);
    expect(() => readAssembly(folder)).toThrow(refusal('assembly_missing', message));
    expect(() => readAssembly(folder)).toThrow(/npm run synth/);
  });

  test('a folder that is not there', () => {
    expect(() => readAssembly(join(folderWith(), 'cdk.out'))).toThrow(refusal('assembly_missing'));
  });

  test.each([
    ['not JSON', '{'],
    ['another shape', '{"Resources":[]}'],
    ['a prototype as a member', '{"Resources":{"A":{"Type":"T","Properties":{"__proto__":{"x":1}}}}}'],
  ])('a template that is %s', (_id, text) => {
    const folder = assemblyWith();
    writeFileSync(join(folder, 'agent.template.json'), text);
    expect(() => readAssembly(folder)).toThrow(refusal('assembly_invalid', /agent\.template\.json/));
  });

  test('a stack whose name is no name', () => {
    expect(() => readAssembly(assemblyWith({ stacks: ['../agent'] }))).toThrow(refusal('assembly_invalid'));
  });
});

describe('a manifest that was tampered with reads and runs nothing outside the assembly', () => {
  const outside = folderWith({ 'index.mjs': '', 'agent.template.json': '{"Resources":{}}' });
  const assetAt = (path: string, prepare: (folder: string) => void = () => {}) => {
    const folder = assemblyWith({ files: { abc: path } });
    prepare(folder);
    return () => readAssembly(folder).asset('abc');
  };

  test.each([
    ['the folder above', '..'],
    ['a path that climbs', '../../etc'],
    ['a path that climbs in the middle', 'asset.code/../../etc'],
    ['a folder beside the assembly', `../${basename(outside)}`],
    ['an absolute path', outside],
    ['the assembly itself', '.'],
    ['nothing', ''],
    ['what is not there', 'asset.gone'],
  ])('%s', (_id, path) => {
    expect(assetAt(path)).toThrow(refusal('asset_missing'));
  });

  test.each<readonly [id: string, path: string, prepare: (folder: string) => void]>([
    ['a link to another folder', 'asset.link', (folder) => symlinkSync(outside, join(folder, 'asset.link'))],
    ['a path over a link', 'link/index.mjs', (folder) => symlinkSync(outside, join(folder, 'link'))],
    [
      'a folder with a link to another file',
      'asset.code',
      (folder) => symlinkSync(join(outside, 'index.mjs'), join(folder, 'asset.code', 'secret.mjs')),
    ],
    [
      'a folder with a link deep in it',
      'asset.code',
      (folder) => {
        mkdirSync(join(folder, 'asset.code', 'a', 'b'), { recursive: true });
        symlinkSync(outside, join(folder, 'asset.code', 'a', 'b', 'c'));
      },
    ],
  ])('%s', (_id, path, prepare) => {
    expect(assetAt(path, prepare)).toThrow(refusal('asset_missing'));
  });

  test('while a link that stays in its own asset is one', () => {
    const asset = assetAt('asset.code', (folder) =>
      symlinkSync('index.mjs', join(folder, 'asset.code', 'again.mjs')),
    );
    expect(asset()).toMatch(/asset\.code$/);
  });

  test('a template of another folder', () => {
    expect(() => readAssembly(assemblyWith({ templateFile: join(outside, 'agent.template.json') }))).toThrow(
      refusal('assembly_missing'),
    );
    expect(() => readAssembly(assemblyWith({ templateFile: '../agent.template.json' }))).toThrow(
      refusal('assembly_missing'),
    );
    expect(readAssembly(assemblyWith({ templateFile: './agent.template.json' })).stackName).toBe('agent');
  });

  test('a hash that the manifest does not hold, or that is a name of the prototype', () => {
    const { asset } = readAssembly(assemblyWith({ files: { abc: 'asset.code' } }));
    expect(() => asset('def')).toThrow(refusal('asset_missing'));
    expect(() => asset('constructor')).toThrow(refusal('asset_missing'));
  });

  test('no message tells a path of this machine', () => {
    const messages = [assetAt('../../etc'), assetAt(outside)].map((read) => {
      try {
        return read();
      } catch (error) {
        return String(error);
      }
    });
    expect(messages.join(' ')).not.toContain('/etc');
    expect(messages.join(' ')).not.toContain(outside);
  });
});
