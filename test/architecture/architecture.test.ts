import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { manifestOf, packageOf, ROOT, rooms, type Source, sourcesOf } from './sources.ts';

const SCOPE = '@secure-agent/';

/** The import table of the design: which room may import which, beside libraries. Entries are export keys. */
const TABLE: Readonly<Record<string, readonly string[]>> = {
  'packages/contracts': [],
  'packages/jwt-authorizer': ['contracts'],
  'packages/policy': ['contracts'],
  'packages/tools': ['contracts'],
  'packages/interceptors': ['contracts', 'jwt-authorizer'],
  'packages/token-claims': ['contracts'],
  'packages/agent': ['contracts', 'jwt-authorizer'],
  'packages/agentcore-local': ['contracts', 'jwt-authorizer', 'policy'],
  'packages/operations': ['contracts', 'policy', 'policy/workbench', 'jwt-authorizer'],
  'packages/client': ['contracts'],
  infra: ['contracts', 'policy', 'policy/workbench', 'tools/catalogue'],
  scripts: [
    'agentcore-local',
    'agentcore-local/services',
    'client',
    'contracts',
    'infra',
    'operations',
    'policy',
    'policy/workbench',
    'tools/catalogue',
    'tools/seed',
  ],
  test: [
    'agent/create-agent',
    'agentcore-local',
    'agentcore-local/services',
    'client',
    'contracts',
    'infra',
    'jwt-authorizer',
    'operations',
    'policy',
    'policy/workbench',
    'scripts/local-system',
    'tools/catalogue',
    'scripts/demo',
  ],
};

/** A library that only one room may touch, so that a change of it is a change of that room. */
const OWNED: Readonly<Record<string, readonly string[]>> = {
  '@cedar-policy/cedar-wasm': ['packages/policy'],
  'aws-cdk-lib': ['infra'],
  constructs: ['infra'],
  esbuild: ['infra'],
  dynalite: ['packages/agentcore-local'],
  'aws-ses-v2-local': ['packages/agentcore-local'],
  '@strands-agents/sdk': ['packages/agent'],
};

/** Inside the local AWS a folder is one service; these are what all of them may use. */
const SHARED_INSIDE_LOCAL = ['ports.ts', 'load-error.ts', 'endpoint', 'processes', 'template', 'state'];
const COMPOSITION = ['local-aws.ts', 'local-parts.ts', 'index.ts', 'services.ts', 'behaviour.ts'];

const sources = sourcesOf('src').filter(({ room }) => room !== 'test');

const internal = ({ imports }: Source): string[] =>
  imports.map(({ specifier }) => specifier).filter((specifier) => specifier.startsWith(SCOPE));

test('the walk looks at every room and finds their imports', () => {
  expect(new Set(sources.map(({ room }) => room))).toEqual(new Set(rooms.filter((room) => room !== 'test')));
  expect(sources.length).toBeGreaterThan(150);
  expect(sources.flatMap(internal).length).toBeGreaterThan(100);
});

test('no source is kept out of the repository by a pattern of .gitignore', () => {
  const paths = [...sources, ...sourcesOf('test')].map(({ path }) => path);
  const asked = { cwd: ROOT, input: paths.join('\n'), encoding: 'utf8' } as const;
  const { status, stdout } = spawnSync('git', ['check-ignore', '--no-index', '--stdin'], asked);
  // 1: none is ignored; 128: this is no checkout, so nothing was left out of one.
  expect([stdout, status === 1 || status === 128]).toEqual(['', true]);
});

describe.each(rooms)('%s', (room) => {
  const own =
    room === 'test'
      ? sourcesOf('test').filter((source) => source.room === 'test')
      : sources.filter((source) => source.room === room);
  const declared = manifestOf(room);

  test('imports only the rooms of its row', () => {
    const allowed = (TABLE[room] ?? []).map((name) => `${SCOPE}${name}`);
    const others = own.flatMap((source) =>
      internal(source)
        .filter((specifier) => !allowed.includes(specifier))
        .map((specifier) => `${source.path} imports ${specifier}`),
    );
    expect(others).toEqual([]);
  });

  test('reaches no other room by a relative path', () => {
    const out = own.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => posix.join(dirname(path), specifier))
        .filter((target) => !target.startsWith(`${room}/`))
        .map((target) => `${path} reaches ${target}`),
    );
    expect(out).toEqual([]);
  });

  test('declares what it imports, as private source', () => {
    const known = { ...declared.dependencies, ...declared.devDependencies };
    const missing = own.flatMap(({ path, imports }) =>
      imports
        .map(({ specifier }) => packageOf(specifier))
        .filter(
          (name) =>
            name !== undefined && name !== declared.name && !Object.hasOwn(known, name) && name !== 'vitest',
        )
        .map((name) => `${path} imports ${name}`),
    );
    expect(missing).toEqual([]);
    expect(declared.private).toBe(true);
    expect(Object.values(declared.exports ?? {}).filter((target) => !target.endsWith('.ts'))).toEqual([]);
  });

  test('declares nothing that it does not import', () => {
    const inTests = sourcesOf('test').filter((source) => source.room === room);
    const used = new Set(
      [...own, ...inTests].flatMap(({ imports }) => imports.map(({ specifier }) => packageOf(specifier))),
    );
    // Types of an untyped library, and the command line that only people call.
    const indirect = (name: string): boolean => name.startsWith('@types/') || name === 'aws-cdk';
    const unused = Object.keys({ ...declared.dependencies, ...declared.devDependencies }).filter(
      (name) => !used.has(name) && !indirect(name),
    );
    expect(unused).toEqual([]);
  });
});

test('only the Lambda host loads a module whose name it is told', () => {
  const computing = sources.filter(({ computedImports }) => computedImports > 0).map(({ path }) => path);
  expect(computing).toEqual(['packages/agentcore-local/src/lambda/function-host.mjs']);
});

test('vitest is declared where tests are, and used', () => {
  expect(Object.keys(manifestOf('test').dependencies ?? {})).toContain('vitest');
  const users = sourcesOf('test').filter(({ imports }) =>
    imports.some(({ specifier }) => specifier === 'vitest'),
  );
  expect(users.length).toBeGreaterThan(50);
});

test('a library that belongs to one room is imported there only', () => {
  const strays = sources.flatMap(({ path, room, imports }) =>
    imports
      .map(({ specifier }) => packageOf(specifier) ?? '')
      .filter((name) => Object.hasOwn(OWNED, name) && !OWNED[name]?.includes(room))
      .map((name) => `${path} imports ${name}`),
  );
  expect(strays).toEqual([]);
});

test('inside the local AWS a service imports no other service', () => {
  const top = 'packages/agentcore-local/src';
  const crossings = sources
    .filter(({ path }) => path.startsWith(top) && !COMPOSITION.includes(path.slice(top.length + 1)))
    .flatMap(({ path, imports }) => {
      const folder = path.slice(top.length + 1).split('/')[0] ?? '';
      return imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => posix.relative(top, posix.join(dirname(path), specifier)).split('/')[0] ?? '')
        .filter((target) => target !== folder && !SHARED_INSIDE_LOCAL.includes(target))
        .map((target) => `${path} imports ${target}`);
    });
  expect(crossings).toEqual([]);
});

/** Asked for by the product: each must be declared and used when something runs, not only as a type. */
const REQUIRED = [
  'aws-cdk-lib',
  '@aws-sdk/client-bedrock-agentcore-control',
  '@aws-sdk/client-cognito-identity-provider',
  '@modelcontextprotocol/sdk',
  'jose',
  '@cedar-policy/cedar-wasm',
];

test.each(REQUIRED)('%s is declared and used at run time', (name) => {
  const declaredIn = rooms.filter((room) => Object.hasOwn(manifestOf(room).dependencies ?? {}, name));
  const users = sources.filter(({ imports }) =>
    imports.some(({ specifier, typeOnly }) => !typeOnly && packageOf(specifier) === name),
  );
  expect(declaredIn.length).toBeGreaterThan(0);
  expect(users.length).toBeGreaterThan(0);
});

test.each([
  'package.json',
  'pnpm-workspace.yaml',
  'pnpm-lock.yaml',
  'packages',
  'infra',
  'policies',
  'scripts',
  'test',
  'README.md',
  'LICENSE',
  '.ci/run',
])('%s exists', (name) => {
  expect(existsSync(join(ROOT, name))).toBe(true);
});

test('locks hold integrity hashes, no address, and no package of git or a URL', () => {
  const lock = readFileSync(join(ROOT, 'pnpm-lock.yaml'), 'utf8');
  const bootstrap = readFileSync(join(ROOT, 'bootstrap', 'package-lock.json'), 'utf8');
  const resolutions = lock.match(/resolution: \{/g)?.length ?? 0;
  expect(resolutions).toBeGreaterThan(200);
  expect(lock.match(/resolution: \{integrity: sha512-/g)?.length).toBe(resolutions);
  expect(`${lock}${bootstrap}`).not.toMatch(
    /tarball:|git\+|"resolved":|https?:\/\/(?!github\.com|opencollective|pnpm\.io)[^\s"]*registry/,
  );
});

test('the planner knows no tool: it reads the schemas it is given', () => {
  const planner = sources.filter(({ path }) => path.startsWith('packages/agent/src/'));
  const definitions = sources.filter(({ path }) =>
    /^packages\/tools\/src\/[a-z-]+\/definition\.ts$/.test(path),
  );
  const textOf = ({ path }: Source): string => readFileSync(join(ROOT, path), 'utf8');
  const names = definitions.flatMap((source) =>
    [...textOf(source).matchAll(/\bname: '([a-z_]+)'/g)].map(([, name = '']) => name),
  );
  expect(names).toHaveLength(6);
  const known = planner.flatMap((source) =>
    names.filter((name) => textOf(source).includes(name)).map((name) => `${source.path}: ${name}`),
  );
  expect(known).toEqual([]);
});
