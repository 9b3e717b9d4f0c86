/** What may be changed while something else is under way. */
import { conflict } from '../control-error.ts';

const UNDER_WAY = new Set(['CREATING', 'UPDATING', 'DELETING', 'SYNCHRONIZING', 'GENERATING']);

/** @throws ControlError `ConflictException` while the resource is being made, changed or deleted. */
export function requireSettled({ status }: { readonly status: string }, what: string): void {
  if (UNDER_WAY.has(status)) throw conflict(`${what} is ${status}. Wait until that is done.`);
}

/** @throws ControlError `ConflictException` when another resource has the name. */
export function requireFreeName(
  taken: Iterable<{ readonly name: string }>,
  name: string,
  what: string,
): void {
  for (const other of taken) {
    if (other.name === name) throw conflict(`${what} ${name} exists already`);
  }
}
