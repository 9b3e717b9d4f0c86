/** A list of records in one state section. Every change is read, changed and written without an await between. */
import { z } from 'zod';
import type { StateStore } from '../../ports.ts';

export interface Collection<T> {
  find(where: (item: T) => boolean): T | undefined;
  filter(where: (item: T) => boolean): readonly T[];
  add(item: T): void;
  /** Changes every record that fits; returns how many did. */
  change(where: (item: T) => boolean, change: (item: T) => T): number;
  remove(where: (item: T) => boolean): void;
}

/**
 * @param name - of the state section.
 * @param schema - of one record.
 */
export function collection<T>(store: StateStore, name: string, schema: z.ZodType<T>): Collection<T> {
  const section = store.section<T[]>(name, z.array(schema), []);
  return {
    find: (where) => section.read().find(where),
    filter: (where) => section.read().filter(where),
    add: (item) => section.write([...section.read(), item]),
    change(where, change) {
      let changed = 0;
      const next = section.read().map((item) => {
        if (!where(item)) return item;
        changed += 1;
        return change(item);
      });
      if (changed > 0) section.write(next);
      return changed;
    },
    remove(where) {
      const next = section.read().filter((item) => !where(item));
      if (next.length !== section.read().length) section.write(next);
    },
  };
}
