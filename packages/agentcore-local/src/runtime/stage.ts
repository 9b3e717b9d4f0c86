/** What passes from one step of the front door to the next. */
import type { Result } from '@secure-agent/contracts';
import type { LocalResponse } from '../ports.ts';
import type { Subject } from './authentication.ts';

/** Why a request goes no further: the reason for the decision log, the answer for the caller. */
export type StageRefusal = {
  readonly reason: string;
  readonly response: LocalResponse;
  readonly subject?: Subject;
};

export type Stage<T> = Result<T, StageRefusal>;
export type Refused = { readonly ok: false; readonly error: StageRefusal };

export const refused = (reason: string, response: LocalResponse, subject?: Subject): Refused => ({
  ok: false,
  error: { reason, response, ...(subject === undefined ? {} : { subject }) },
});
