/** Functions that the API made: their state, their code, and the running host, kept in step. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock, StateStore } from '../../ports.ts';
import type { ArchiveFile } from '../archive.ts';
import { createCodeStore } from '../code-store.ts';
import type { Functions } from '../functions.ts';
import { recordOf, type StoredFunction, storedFunction } from './stored-function.ts';

/** A function before it is kept: its code, its revision and its time are given to it then. */
export type FunctionDraft = Omit<StoredFunction, 'codeId' | 'revisionId' | 'lastModified'>;

export type FunctionStore = {
  find(name: string): StoredFunction | undefined;
  create(draft: FunctionDraft, files: readonly ArchiveFile[]): StoredFunction;
  /** @param files - where the code changes. Events that run keep the code they began with. */
  update(before: StoredFunction, draft: FunctionDraft, files?: readonly ArchiveFile[]): StoredFunction;
  remove(name: string): Promise<void>;
};

export type FunctionStoreOptions = {
  readonly functions: Functions;
  readonly state: StateStore;
  readonly place: { readonly region: string; readonly account: string };
  readonly now: Clock;
};

/** Puts the functions of an earlier start into the host. */
export function createFunctionStore({ functions, state, place, now }: FunctionStoreOptions): FunctionStore {
  const section = state.section('lambda-functions', z.array(storedFunction), []);
  const code = createCodeStore(
    state.folder('lambda-code'),
    section.read().map(({ codeId }) => codeId),
  );
  const run = (stored: StoredFunction): Promise<void> =>
    functions.replace(recordOf(stored, place, code.folder(stored.codeId)));
  const others = (name: string) => section.read().filter((one) => one.name !== name);

  function keep(draft: FunctionDraft, codeId: string): StoredFunction {
    const kept = { revisionId: randomUUID(), lastModified: new Date(now()).toISOString() };
    const stored = { ...draft, ...kept, codeId };
    section.write([...others(draft.name), stored]);
    return stored;
  }

  for (const stored of section.read()) run(stored);

  return {
    find: (name) => section.read().find((one) => one.name === name),
    create(draft, files) {
      const stored = keep(draft, code.write(files));
      run(stored);
      return stored;
    },
    update(before, draft, files) {
      const stored = keep(draft, files ? code.write(files) : before.codeId);
      const drained = run(stored);
      if (files) drained.then(() => code.remove(before.codeId));
      return stored;
    },
    async remove(name) {
      const stored = section.read().find((one) => one.name === name);
      section.write(others(name));
      await functions.remove(name);
      if (stored) code.remove(stored.codeId);
    },
  };
}
