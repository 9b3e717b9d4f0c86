/** This machine's secrets: made once, random, in a file that only its owner may read. */
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSecrets } from '@secure-agent/client';
import { type AccessKey, type Configuration, SECRETS_FILE, type Secrets } from '@secure-agent/contracts';

const SETS = ['abcdefghijkmnpqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789', '!#%+-_=?'] as const;

const pick = (set: string): string => set[randomInt(set.length)] ?? '';

/** Twenty-four characters with every kind that a strict password policy asks for. */
function newPassword(): string {
  const every = SETS.join('');
  const rest = Array.from({ length: 24 - SETS.length }, () => pick(every));
  return [...SETS.map(pick), ...rest].join('');
}

const newAccessKey = (): AccessKey => ({
  accessKeyId: `LOCAL${randomBytes(10).toString('hex').toUpperCase().slice(0, 15)}`,
  secretAccessKey: randomBytes(30).toString('base64url'),
});

/** Writes a file whole, mode 0600. */
export function writePrivately(file: string, text: string): void {
  const fresh = `${file}.new`;
  // What a crash left there may have another mode, which writing into it would keep.
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, file);
}

export function writeSecrets(folder: string, secrets: Secrets): void {
  writePrivately(join(folder, SECRETS_FILE), `${JSON.stringify(secrets, null, 2)}\n`);
}

/** Secrets of a local system: it always has an operator. */
export type LocalSecrets = Secrets & { readonly operator: AccessKey };

const ownPassword = (kept: Secrets | undefined, username: string): string | undefined =>
  kept !== undefined && Object.hasOwn(kept.passwords, username) ? kept.passwords[username] : undefined;

/** The secrets of a state folder; whoever the configuration adds gets a password, and nobody's is changed. */
export function ensureSecrets(folder: string, configuration: Configuration): LocalSecrets {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kept = existsSync(join(folder, SECRETS_FILE)) ? readSecrets(folder) : undefined;
  const passwords = configuration.people.map(({ username }): [string, string] => [
    username,
    ownPassword(kept, username) ?? newPassword(),
  ]);
  const secrets = {
    passwords: Object.fromEntries(passwords),
    clientSecrets: kept?.clientSecrets ?? {},
    operator: kept?.operator ?? newAccessKey(),
  };
  writeSecrets(folder, secrets);
  return secrets;
}
