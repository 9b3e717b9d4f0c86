/** Refusals of a tool, as values. A tool never throws one and never puts an argument's value into its text. */
import { err, type Result, type ToolErrorBody, type ToolErrorCode } from '@secure-agent/contracts';

type Text = { readonly message: string; readonly next: string };

const IDENTITY_NEXT = 'Call the tool through the gateway, with its request interceptor in place.';

const TEXTS: Readonly<Record<ToolErrorCode, Text>> = {
  missing_context: {
    message: 'The invocation has no client context that names a tool.',
    next: 'Call the tool through the gateway.',
  },
  wrong_target: {
    message: 'The tool belongs to another target.',
    next: 'Use a name that tools/list gives.',
  },
  unknown_tool: { message: 'There is no such tool.', next: 'Use a name that tools/list gives.' },
  caller_missing: { message: 'The call does not say who makes it.', next: IDENTITY_NEXT },
  caller_invalid: { message: 'The statement of who makes the call is not genuine.', next: IDENTITY_NEXT },
  caller_expired: {
    message: 'The statement of who makes the call is too old or too new.',
    next: 'Call the tool again.',
  },
  caller_mismatch: {
    message: 'The statement of who makes the call was made for another call.',
    next: IDENTITY_NEXT,
  },
  person_required: {
    message: 'This tool acts for an employee, and the caller is not one.',
    next: 'Sign in as a person who has an employee record.',
  },
  invalid_input: { message: 'An argument is not usable.', next: 'Change the arguments and call again.' },
  not_allowed: {
    message: 'The caller may not do this.',
    next: 'Ask for your own record, or ask a person who may.',
  },
  not_found: { message: 'There is no such record.', next: 'Check the id and call again.' },
  conflict: {
    message: 'The record is not in a state that allows this.',
    next: 'Read the record again before you decide.',
  },
  recipient_refused: {
    message: 'Mail goes to exactly one plain address at the company domain, and this is not one.',
    next: 'Give one address at the company domain, without a name or a list.',
  },
  internal: {
    message: 'The tool failed.',
    next: 'Try again later; the operator finds the cause in the log.',
  },
};

/** What a tool answers: its result, or the error body that it returns in place of one. */
export type ToolResult<T> = Result<T, ToolErrorBody>;

/** The error body of a code, with its usual sentence. */
export const toolError = (code: ToolErrorCode, text: Partial<Text> = {}): ToolErrorBody => ({
  error: { code, ...TEXTS[code], ...text },
});

/**
 * Refuses.
 * @param text - replaces the usual sentences; may name an argument, never hold its value.
 */
export const refuse = (code: ToolErrorCode, text: Partial<Text> = {}): Result<never, ToolErrorBody> =>
  err(toolError(code, text));
