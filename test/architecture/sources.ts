/** The repository's own sources and what each imports, read with a parser: a string or a comment is no import. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';

export const ROOT: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export type Source = {
  /** From the root, with forward slashes. */
  readonly path: string;
  /** Folder of the workspace package, from the root. */
  readonly room: string;
  readonly imports: readonly Import[];
  /** Imports whose name is computed: nobody can say what they load. */
  readonly computedImports: number;
};

export type Import = {
  readonly specifier: string;
  /** Erased before it runs. */
  readonly typeOnly: boolean;
};

const ROOMS = [
  ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`),
  'infra',
  'scripts',
  'test',
];

function importsOf(path: string): Pick<Source, 'imports' | 'computedImports'> {
  const text = readFileSync(path, 'utf8');
  const { module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse`);
  const fixed = module.staticImports.map(({ moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    typeOnly: entries.length > 0 && entries.every(({ isType }) => isType),
  }));
  const again = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest, isType }) =>
      moduleRequest === null ? [] : [{ specifier: moduleRequest.value, typeOnly: isType }],
    ),
  );
  const asked = module.dynamicImports.map(({ moduleRequest }) =>
    text.slice(moduleRequest.start, moduleRequest.end),
  );
  const named = asked.flatMap((code) => /^(['"])(.*)\1$/.exec(code)?.[2] ?? []);
  return {
    imports: [...fixed, ...again, ...named.map((specifier) => ({ specifier, typeOnly: false }))],
    computedImports: asked.length - named.length,
  };
}

/** Files below a folder, without what is installed there. */
function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const full = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(full);
    return entry.isFile() ? [full] : [];
  });
}

const isSource = (name: string): boolean => /\.(ts|mjs)$/.test(name) && !name.endsWith('.d.ts');

const read = new Map<string, readonly Source[]>();

/** Every source below a room's folder, for example `src`; parsed once. */
export function sourcesOf(folder: 'src' | 'test'): readonly Source[] {
  const known = read.get(folder) ?? walk(folder);
  read.set(folder, known);
  return known;
}

function walk(folder: 'src' | 'test'): readonly Source[] {
  return ROOMS.flatMap((room) => {
    const top = room === 'test' ? join(ROOT, room) : join(ROOT, room, folder);
    return filesBelow(top)
      .filter(isSource)
      .map((full) => ({ path: relative(ROOT, full).split(sep).join('/'), room, ...importsOf(full) }));
  });
}

export type Manifest = {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string>>;
};

export const manifestOf = (room: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, room, 'package.json'), 'utf8'));

export const rooms: readonly string[] = ROOMS;

/** `@scope/name/path` and `name/path` to the package's name; undefined for relative paths and Node's own modules. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}
