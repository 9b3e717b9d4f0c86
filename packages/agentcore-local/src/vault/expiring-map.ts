/** A map that forgets: each entry at its time, and the oldest when it is full. */
import type { Clock } from '../ports.ts';

export interface ExpiringMap<V> {
  /** Undefined for an entry that has ended. */
  get(key: string): V | undefined;
  /** @param until - when the entry ends, milliseconds since 1970. */
  set(key: string, value: V, until: number): void;
  delete(key: string): boolean;
  readonly size: number;
}

/** @param max - most entries; one more drops the oldest. */
export function createExpiringMap<V>(now: Clock, max: number): ExpiringMap<V> {
  const entries = new Map<string, { readonly value: V; readonly until: number }>();

  function makeRoom(): void {
    for (const [key, { until }] of entries) {
      if (until > now() && entries.size < max) return;
      entries.delete(key);
    }
  }

  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined || entry.until > now()) return entry?.value;
      entries.delete(key);
      return undefined;
    },
    set(key, value, until) {
      entries.delete(key);
      makeRoom();
      entries.set(key, { value, until });
    },
    delete: (key) => entries.delete(key),
    get size() {
      return entries.size;
    },
  };
}
