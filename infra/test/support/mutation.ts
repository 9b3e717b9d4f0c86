/** What the mutation test changes in every template that a test reads. In every other run: nothing. */
import type { Assertable } from './synthesized.ts';

type Change = (template: Assertable) => Assertable;

let change: { readonly apply?: Change; readonly version: number } = { version: 0 };

/** @param apply - left out, templates are read as they are synthesized. */
export function setChange(apply?: Change): void {
  change = { ...(apply === undefined ? {} : { apply }), version: change.version + 1 };
}

/** Another number after every {@link setChange}: what was derived under an older one is stale. */
export const changeVersion = (): number => change.version;

export const withChange = (template: Assertable): Assertable => change.apply?.(template) ?? template;
