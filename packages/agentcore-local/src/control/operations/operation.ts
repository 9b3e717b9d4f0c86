/** What an operation of the control API is here: an input that was checked further, and what it does. */
import type { Json, JsonObject } from '@secure-agent/contracts';
import { z } from 'zod';
import type { Control } from '../control.ts';
import { refuseIssues } from '../wire/bind-request.ts';
import type { Issue } from '../wire/check-shape.ts';

/** @param input - checked against the SDK's schema, without its client token. */
export type ControlOperation = (control: Control, input: JsonObject) => object;

export type Operations = Readonly<Record<string, ControlOperation>>;

const issueOf = (issue: z.core.$ZodIssue): Issue => {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return { path: path.join('.'), message: issue.message };
  return { path: [...path, issue.keys[0] ?? ''].join('.'), message: 'is not supported locally' };
};

/** What the SDK's schema knows and this input does not is refused by name, not dropped. */
export function parseInput<T>(schema: z.ZodType<T>, input: Json): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  refuseIssues(parsed.error.issues.map(issueOf));
  throw parsed.error;
}

/** An operation whose input has the shape of a schema, beside what the SDK's own schema asks. */
export const operation =
  <T>(schema: z.ZodType<T>, run: (control: Control, input: T) => object): ControlOperation =>
  (control, input) =>
    run(control, parseInput(schema, input));

/** Input of lists; each operation has its own limit. */
export const paging = { maxResults: z.number().optional(), nextToken: z.string().optional() };
