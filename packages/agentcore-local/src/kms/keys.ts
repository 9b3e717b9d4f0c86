/** Keys and aliases. The material is random per key, is kept in the state and leaves it through no call. */
import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock, StateStore } from '../ports.ts';
import { type KeyPolicy, keyPolicy } from './key-policy.ts';

const keyRecord = z.strictObject({
  keyId: z.uuid(),
  arn: z.string(),
  /** 256 random bits, base64. */
  material: z.base64(),
  policy: keyPolicy,
  enabled: z.boolean(),
  description: z.string(),
  /** Milliseconds since 1970. */
  created: z.number(),
});
export type KeyRecord = Readonly<z.infer<typeof keyRecord>>;

const aliasRecord = z.strictObject({ name: z.string(), arn: z.string(), keyId: z.uuid() });
type AliasRecord = Readonly<z.infer<typeof aliasRecord>>;

const kmsState = z.strictObject({ keys: z.array(keyRecord), aliases: z.array(aliasRecord) });

/** What a template decides about a key. */
export type KeySettings = {
  readonly policy: KeyPolicy;
  readonly enabled: boolean;
  readonly description: string;
};

export interface Keys {
  /** By key id, key ARN, alias name or alias ARN. */
  find(identifier: string): KeyRecord | undefined;
  create(settings: KeySettings, arnOf: (keyId: string) => string): KeyRecord;
  /** Undefined when there is no such key. */
  change(keyId: string, settings: KeySettings): KeyRecord | undefined;
  /** Removes a key, its material and its aliases at once: AWS waits 7 to 30 days. */
  remove(keyId: string): void;
  setAlias(alias: AliasRecord): void;
  removeAlias(name: string): void;
}

/** Keys kept in the section `kms`. */
export function createKeys(state: StateStore, now: Clock): Keys {
  const section = state.section('kms', kmsState, { keys: [], aliases: [] });
  const byId = (keyId: string) => section.read().keys.find((key) => key.keyId === keyId);
  return {
    find(identifier) {
      const { keys, aliases } = section.read();
      const alias = aliases.find(({ name, arn }) => name === identifier || arn === identifier);
      return keys.find(({ keyId, arn }) => [keyId, arn].includes(alias?.keyId ?? identifier));
    },
    create(settings, arnOf) {
      const keyId = randomUUID();
      const material = randomBytes(32).toString('base64');
      const key = { keyId, arn: arnOf(keyId), material, created: now(), ...settings };
      section.write({ ...section.read(), keys: [...section.read().keys, key] });
      return key;
    },
    change(keyId, settings) {
      const current = byId(keyId);
      if (current === undefined) return undefined;
      const next = { ...current, ...settings };
      const keys = section.read().keys.map((key) => (key.keyId === keyId ? next : key));
      section.write({ ...section.read(), keys });
      return next;
    },
    remove(keyId) {
      const { keys, aliases } = section.read();
      section.write({
        keys: keys.filter((key) => key.keyId !== keyId),
        aliases: aliases.filter((alias) => alias.keyId !== keyId),
      });
    },
    setAlias(alias) {
      const aliases = section.read().aliases.filter(({ name }) => name !== alias.name);
      section.write({ ...section.read(), aliases: [...aliases, alias] });
    },
    removeAlias(removed) {
      const aliases = section.read().aliases.filter(({ name }) => name !== removed);
      section.write({ ...section.read(), aliases });
    },
  };
}
