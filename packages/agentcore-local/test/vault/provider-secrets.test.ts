import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFileState } from '../../src/state/file-state.ts';
import { createProviderSecrets } from '../../src/vault/provider-secrets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vault-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => createProviderSecrets(createFileState(folder));

test('a secret is kept for the next start in a file that its owner alone reads', () => {
  open().put('arn:a', 'one');
  expect(open().get('arn:a')).toBe('one');
  expect(statSync(join(folder, 'provider-secrets.json')).mode & 0o777).toBe(0o600);
});

test('a secret is replaced and removed, and no other with it', () => {
  const secrets = open();
  secrets.put('arn:a', 'one');
  secrets.put('arn:b', 'two');
  secrets.put('arn:a', 'three');
  expect([secrets.get('arn:a'), secrets.get('arn:b')]).toEqual(['three', 'two']);
  secrets.remove('arn:a');
  expect([secrets.get('arn:a'), secrets.get('arn:b')]).toEqual([undefined, 'two']);
});

test.each(['__proto__', 'constructor', 'toString', ''])('nothing is found under the name %j', (name) => {
  const secrets = open();
  expect(secrets.get(name)).toBeUndefined();
  secrets.put(name, 'x');
  expect(secrets.get(name)).toBe('x');
});
