import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSecrets } from '@secure-agent/client';
import { type Configuration, configuration } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../src/lib/paths.ts';
import { ensureSecrets, writePrivately } from '../src/lib/secrets-file.ts';
import { newFolder } from './support/folder.ts';

const real = configuration.parse(JSON.parse(readFileSync(join(ROOT, 'secure-agent.config.json'), 'utf8')));
const [first] = real.people;
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

const peopled = (...usernames: readonly string[]): Configuration => ({
  ...real,
  people: usernames.flatMap((username) => (first === undefined ? [] : [{ ...first, username }])),
});

describe('passwords', () => {
  test('everybody gets one, long, of every kind, and nobody the same', () => {
    const passwords = Object.values(ensureSecrets(newFolder(), real).passwords);
    expect(passwords).toHaveLength(real.people.length);
    expect(new Set(passwords).size).toBe(passwords.length);
    for (const password of passwords) {
      expect(password).toHaveLength(24);
      for (const kind of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]) expect(password).toMatch(kind);
    }
  });

  test('are other ones on another machine', () => {
    expect(ensureSecrets(newFolder(), real)).not.toEqual(ensureSecrets(newFolder(), real));
  });

  test('stay as they are at the next start, and the key of the operator too', () => {
    const folder = newFolder();
    const before = ensureSecrets(folder, real);
    expect(ensureSecrets(folder, real)).toEqual(before);
    expect(readSecrets(folder)).toEqual(before);
  });

  test('who comes gets one, who stays keeps it, who goes has none', () => {
    const folder = newFolder();
    const before = ensureSecrets(folder, peopled('eve', 'carl')).passwords;
    const after = ensureSecrets(folder, peopled('eve', 'dora')).passwords;
    expect(Object.keys(after)).toEqual(['eve', 'dora']);
    expect(after['eve']).toBe(before['eve']);
    expect(after['dora']).not.toBe(before['carl']);
  });

  test('a name of the prototype is a name like another', () => {
    const folder = newFolder();
    ensureSecrets(folder, peopled('eve'));
    expect(typeof ensureSecrets(folder, peopled('constructor')).passwords['constructor']).toBe('string');
  });
});

test('client secrets that were read from the pool are kept', () => {
  const folder = newFolder();
  const before = ensureSecrets(folder, real);
  writePrivately(
    join(folder, 'secrets.json'),
    JSON.stringify({ ...before, clientSecrets: { manager: 'a secret' } }),
  );
  expect(ensureSecrets(folder, real).clientSecrets).toEqual({ manager: 'a secret' });
});

test('a file that cannot be read is refused and left as it is', () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'secrets.json'), '{"passwords":');
  expect(() => ensureSecrets(folder, real)).toThrow(/secrets\.json/);
  expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).toBe('{"passwords":');
});

describe('nobody else may read it', () => {
  test('file and new folder are their owner alone', () => {
    const folder = join(newFolder(), 'state');
    ensureSecrets(folder, real);
    expect([modeOf(folder), modeOf(join(folder, 'secrets.json'))]).toEqual(['700', '600']);
  });

  test('also where a file, or the half of one, lay there open to all', () => {
    const folder = newFolder();
    for (const name of ['x', 'x.new']) {
      writeFileSync(join(folder, name), 'old');
      chmodSync(join(folder, name), 0o644);
    }
    writePrivately(join(folder, 'x'), 'new');
    expect([modeOf(join(folder, 'x')), readFileSync(join(folder, 'x'), 'utf8')]).toEqual(['600', 'new']);
    expect(readdirSync(folder)).toEqual(['x']);
  });

  test('a write that fails leaves the old file', () => {
    const folder = newFolder();
    writePrivately(join(folder, 'x'), 'old');
    mkdirSync(join(folder, 'x.new', 'y'), { recursive: true });
    expect(() => writePrivately(join(folder, 'x'), 'new')).toThrow();
    expect(readFileSync(join(folder, 'x'), 'utf8')).toBe('old');
  });
});
