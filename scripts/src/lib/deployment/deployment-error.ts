/** A deployment that did not go through: what happened, and what to do. */
import { type Failure, type FailureCode, failureOf } from '@secure-agent/operations';

export type DeploymentErrorCode = FailureCode | 'not_agreed' | 'failed';

export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
  readonly code: DeploymentErrorCode;

  constructor(code: DeploymentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Lines of an unexplained text that are shown. */
const SHOWN_LINES = 20;

const last = (text: string): string => text.trim().split('\n').slice(-SHOWN_LINES).join('\n');

/** The explanation first, then the words that it explains. */
const told = (what: string, { sentence, said }: Failure): string => `${what} failed. ${sentence}\n  ${said}`;

/** From what a command line printed. An unknown failure is shown as it is, never dressed up. */
export function failed(what: string, text: string): DeploymentError {
  const known = failureOf(text);
  if (known !== undefined) return new DeploymentError(known.code, told(what, known));
  return new DeploymentError('failed', `${what} failed:\n${last(text)}`);
}

const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}\n${textOf(error.cause)}` : '';

/** An error's own code is known to the clients of AWS, such as ENOTFOUND; its message may not hold it. */
const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/**
 * Does something that talks to AWS, and explains what AWS says when it does not work.
 * @throws DeploymentError for what is known; everything else as it came.
 */
export async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known = failureOf(`${codeOf(error)} ${textOf(error)}`);
    if (known === undefined) throw error;
    throw new DeploymentError(known.code, told(what, known), { cause: error });
  }
}
