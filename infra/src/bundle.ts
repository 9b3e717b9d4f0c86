/**
 * One esbuild call for every Lambda function and for the agent: what they share is parsed once. Not `NodejsFunction`:
 * that needs a package manager on the path and the working directory inside the repository, falls back to Docker, and
 * leaves the AWS SDK out.
 */
import { cpSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';
import { REPOSITORY } from './repository.ts';
import { SynthesisError } from './synthesis-error.ts';

/** Packages in CommonJS call `require`, which an ES module does not have. */
const CREATE_REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

export type BundleSource = {
  /** TypeScript entry, relative to the repository's root. */
  readonly entry: string;
  /** Name of the one file that comes out, without `.mjs`: `index` for a function, `main` for the agent. */
  readonly output: string;
  /** Further files that are copied beside it, relative to the repository's root. */
  readonly copy?: readonly string[];
};

/** What is built, by the name of the thing that runs it. */
export const SOURCES = {
  tokenClaims: { entry: 'packages/token-claims/src/handler.ts', output: 'index' },
  requestInterceptor: { entry: 'packages/interceptors/src/request-handler.ts', output: 'index' },
  responseInterceptor: { entry: 'packages/interceptors/src/response-handler.ts', output: 'index' },
  reportTarget: { entry: 'packages/tools/src/report-target.ts', output: 'index' },
  hrTarget: { entry: 'packages/tools/src/hr-target.ts', output: 'index' },
  agent: { entry: 'packages/agent/src/main.ts', output: 'main', copy: ['packages/agent/Dockerfile'] },
} as const satisfies Record<string, BundleSource>;

/** Folder of each bundle, absolute. */
export type Bundles<Name extends string = keyof typeof SOURCES> = Readonly<Record<Name, string>>;

function requireFiles(sources: readonly BundleSource[]): void {
  const files = sources.flatMap(({ entry, copy = [] }) => [entry, ...copy]);
  const missing = files.find((file) => !existsSync(join(REPOSITORY, file)));
  if (missing) throw new SynthesisError('bundle_failed', `${missing} is missing, so nothing can be bundled.`);
}

function build(entryPoints: Record<string, string>, outdir: string): void {
  try {
    buildSync({
      absWorkingDir: REPOSITORY,
      entryPoints,
      outdir,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      target: 'node22',
      format: 'esm',
      mainFields: ['module', 'main'],
      minify: true,
      keepNames: true,
      sourcemap: false,
      banner: { js: CREATE_REQUIRE },
      logLevel: 'silent',
    });
  } catch (cause) {
    throw new SynthesisError('bundle_failed', cause instanceof Error ? cause.message : 'esbuild failed');
  }
}

/**
 * Bundles each source into its own folder below `root`: one ES module for Node 22 with everything in it (the AWS SDK
 * too, so that what was tested is what runs) and no source map. The same sources give the same bytes.
 * @throws SynthesisError `bundle_failed` naming the missing file or the first error.
 */
export function bundle<Name extends string>(
  sources: Readonly<Record<Name, BundleSource>>,
  root: string,
): Bundles<Name>;
export function bundle(sources: Readonly<Record<string, BundleSource>>, root: string): Bundles<string> {
  requireFiles(Object.values(sources));
  const named = Object.entries(sources);
  build(Object.fromEntries(named.map(([name, { entry, output }]) => [join(name, output), entry])), root);
  for (const [name, { copy = [] }] of named) {
    for (const file of copy) cpSync(join(REPOSITORY, file), join(root, name, basename(file)));
  }
  return Object.fromEntries(named.map(([name]) => [name, join(root, name)]));
}
