/** `--override "tool:role"`: a cell without evidence that somebody takes on themselves, with a reason. */
import type { Override } from '@secure-agent/operations';
import { UsageError } from '../command.ts';

const MIN_REASON = 10;

/**
 * A role may hold a colon (`machine:manager`) and so may a tool of an HTTP target, so the text is split after the
 * target's name and three underscores at the first colon that a role follows.
 */
const FORM = /^([A-Za-z0-9-]+___[^\s]+?):((?:machine:)?[a-z][a-z0-9-]*)$/;

/** @throws UsageError for a text that is no cell, or without a reason. */
export function readOverrides(given: readonly string[], reason: string | undefined): readonly Override[] {
  if (given.length === 0) return [];
  if (reason === undefined || reason.trim().length < MIN_REASON) {
    throw new UsageError(`--override needs --reason with a sentence of at least ${MIN_REASON} characters.`);
  }
  return given.map((text) => {
    const [, tool, role] = FORM.exec(text) ?? [];
    if (tool !== undefined && role !== undefined) return { tool, role, reason: reason.trim() };
    throw new UsageError(`--override "${text}" is not "Target___tool:role", with a group or machine:<name>.`);
  });
}
