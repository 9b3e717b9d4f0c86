/** What lies in the repository is public: no signing key is among it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rsaKey } from './support/forger.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NOT_OURS = new Set(['node_modules', '.git', 'cdk.out', '.secure-agent']);

/** PEM and JWK, each with enough of the secret part to be one. */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/]{40}|"d"\s*:\s*"[A-Za-z0-9_-]{40}/;

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

test('JK-12 no private key is in the repository, and one would be found', async () => {
  const { privateKey } = await rsaKey('planted');
  expect(String(privateKey.export({ type: 'pkcs8', format: 'pem' }))).toMatch(PRIVATE_KEY);
  expect(JSON.stringify(privateKey.export({ format: 'jwk' }))).toMatch(PRIVATE_KEY);
  const files = filesBelow(ROOT);
  expect(files.length).toBeGreaterThan(400);
  expect(files.filter((file) => PRIVATE_KEY.test(readFileSync(file, 'latin1')))).toEqual([]);
});
