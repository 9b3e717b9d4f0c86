/** The register of attack rows and the tests agree: no row is missing, none points where it is not. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROWS } from './rows.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Rows of each group in the catalogue. */
const CATALOGUE = {
  ...{ BX: 17, JH: 18, JC: 21, JK: 10, ID: 20, RT: 18, GW: 26, IC: 10, CP: 24, LT: 12 },
  // Of 17, those of updates, roll-out and roles.
  CO: 12,
} as const;

/** Ids at the beginning of a text in quotes: `'BX-11 JH-08 a header…'`, or the id of a case in a table. */
function idsIn(text: string): ReadonlySet<string> {
  const beginnings = [...text.matchAll(/['"`]((?:[A-Z]{2}-\d\d[,: ]*)+)/g)].map(([, ids = '']) => ids);
  return new Set(beginnings.flatMap((ids) => ids.match(/[A-Z]{2}-\d\d/g) ?? []));
}

const idsOfFile = (file: string): ReadonlySet<string> => idsIn(readFileSync(join(ROOT, file), 'utf8'));

/** Test files of a room, and the tables beside them. */
function testsBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : testsBelow(name);
    return /(^|\/)test\/.*\.ts$/.test(name) && name !== 'test/attacks/rows.ts' ? [name] : [];
  });
}

const rows = Object.entries(ROWS);

test('the register has every row of the catalogue', () => {
  const counted = Object.groupBy(Object.keys(ROWS), (id) => id.slice(0, 2));
  expect(Object.fromEntries(Object.entries(counted).map(([group, ids]) => [group, ids?.length]))).toEqual(
    CATALOGUE,
  );
});

test('every row is tested where the register says', () => {
  const missing = rows.flatMap(([id, row]) =>
    'files' in row
      ? row.files.filter((file) => !idsOfFile(file).has(id)).map((file) => `${id} in ${file}`)
      : [],
  );
  expect(missing).toEqual([]);
  expect(rows.flatMap(([id, row]) => ('files' in row && row.files.length === 0 ? [id] : []))).toEqual([]);
});

const files = ['packages', 'test', 'infra', 'scripts'].flatMap(testsBelow);
const named = new Set(files.flatMap((file) => [...idsOfFile(file)]));

test('every row that a test names is in the register', () => {
  expect(files.length).toBeGreaterThan(100);
  const ours = [...named].filter((id) => Object.hasOwn(CATALOGUE, id.slice(0, 2)));
  expect(ours.length).toBeGreaterThan(100);
  expect(ours.filter((id) => !Object.hasOwn(ROWS, id))).toEqual([]);
});

test('what is not applicable says why, and no test says otherwise', () => {
  const reasons = rows.flatMap(([id, row]) =>
    'notApplicable' in row ? [[id, row.notApplicable] as const] : [],
  );
  expect(reasons.filter(([, reason]) => reason.length < 40)).toEqual([]);
  expect(reasons.filter(([id]) => named.has(id))).toEqual([]);
  expect(reasons.length).toBeLessThan(5);
});
