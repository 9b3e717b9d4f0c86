import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manifestOf, ROOT, rooms } from './sources.ts';

/** What may be in the tree. */
const ALLOWED = new Set(['Apache-2.0', 'MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause']);

/** What else is, and why that is well. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  lightningcss: 'MPL-2.0: a part of the test runner, shipped nowhere',
  'lightningcss-*': 'MPL-2.0: the same, its binaries',
  argparse: 'PSF-2.0: permissive; reads the command line of a tool',
};

type Package = { readonly name: string; readonly licence: string; readonly scripts: readonly string[] };

const STORE = join(ROOT, 'node_modules', '.pnpm');

function read(folder: string): Package {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const { name = '', license = 'none', scripts = {} } = manifest;
  const licence = typeof license === 'string' ? license : String(license.type);
  return { name, licence, scripts: Object.keys(scripts) };
}

/** Every package that is installed, from the package manager's own store. */
function installed(): readonly Package[] {
  return readdirSync(STORE)
    .map((entry) => join(STORE, entry, 'node_modules'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => {
      const [own = ''] = folder.slice(STORE.length + 1).split('/');
      const name = own.replace(/^(@[^+]+)\+/, '$1/').replace(/(?<=.)@.*$/, '');
      return existsSync(join(folder, name, 'package.json')) ? [read(join(folder, name))] : [];
    });
}

/** Whether one of a licence expression's alternatives is allowed. */
const allows = (licence: string): boolean =>
  licence
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((one) => ALLOWED.has(one.trim()));

const excepted = (name: string): boolean =>
  Object.keys(EXCEPTIONS).some((key) =>
    key.endsWith('*') ? name.startsWith(key.slice(0, -1)) : name === key,
  );

test('the walk sees the packages', () => {
  const names = installed().map(({ name }) => name);
  expect(names.length).toBeGreaterThan(200);
  expect(names).toEqual(expect.arrayContaining(['jose', '@cedar-policy/cedar-wasm', 'aws-cdk-lib']));
});

test('every package has a licence of the list, or a written reason', () => {
  const others = installed()
    .filter(({ name, licence }) => !allows(licence) && !excepted(name))
    .map(({ name, licence }) => `${name}: ${licence}`);
  expect(others).toEqual([]);
});

test('a package that wants to run code at install is one we know', () => {
  const known = ['classic-level', 'esbuild'];
  const wanting = installed()
    .filter(({ scripts }) => ['preinstall', 'install', 'postinstall'].some((name) => scripts.includes(name)))
    .map(({ name }) => name);
  expect(wanting.filter((name) => !known.includes(name))).toEqual([]);
});

test('every direct dependency has its line in docs/dependencies.md, and no line is left over', () => {
  const text = readFileSync(join(ROOT, 'docs', 'dependencies.md'), 'utf8');
  const listed = [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name).toSorted();
  const direct = [...rooms, '.'].flatMap((room) => {
    const { dependencies = {}, devDependencies = {} } = manifestOf(room);
    return Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !name.startsWith('@secure-agent/'),
    );
  });
  expect(listed).toEqual([...new Set(direct)].toSorted());
});
