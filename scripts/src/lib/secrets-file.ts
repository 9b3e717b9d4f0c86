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

/** Passwords of people: those that are kept, and a new one for whoever has none. */
export function passwordsFor(
  people: Configuration['people'],
  kept: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const own = (username: string): string | undefined =>
    Object.hasOwn(kept, username) ? kept[username] : undefined;
  return Object.fromEntries(
    people.map(({ username }): [string, string] => [username, own(username) ?? newPassword()]),
  );
}

/** The secrets of a state folder; whoever is new among the people gets a password, and nobody's is changed. */
export function ensureSecrets(folder: string, { people }: Pick<Configuration, 'people'>): LocalSecrets {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kept = existsSync(join(folder, SECRETS_FILE)) ? readSecrets(folder) : undefined;
  const secrets = {
    passwords: passwordsFor(people, kept?.passwords),
    clientSecrets: kept?.clientSecrets ?? {},
    operator: kept?.operator ?? newAccessKey(),
  };
  writeSecrets(folder, secrets);
  return secrets;
}
