/** What an operation of the functions API is given. */
import { createHash } from 'node:crypto';
import type { Clock, Iam, LocalRequest, LocalResponse, StateStore } from '../../ports.ts';
import { functionArn, parseFunctionName } from '../function-name.ts';
import type { FunctionRecord } from '../function-record.ts';
import type { Functions } from '../functions.ts';
import type { FunctionPermissions } from './function-permissions.ts';
import type { FunctionStore } from './function-store.ts';
import { LambdaError, notFound } from './lambda-error.ts';
import type { StoredFunction } from './stored-function.ts';

export type ApiContext = {
  readonly functions: Functions;
  readonly store: FunctionStore;
  readonly permissions: FunctionPermissions;
  readonly iam: Pick<Iam, 'allows'>;
  readonly place: { readonly region: string; readonly account: string };
};

/** What the functions API needs beside the host. */
export type FunctionsApiOptions = {
  readonly state: StateStore;
  /** Who may make, change and see functions. */
  readonly iam: Pick<Iam, 'allows'>;
  readonly region: string;
  readonly account: string;
  readonly now: Clock;
};

export type Operation = (
  context: ApiContext,
  request: LocalRequest,
  /** Of the path, decoded. */
  segments: readonly string[],
) => LocalResponse | Promise<LocalResponse>;

export const json = (status: number, body: unknown): LocalResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/**
 * The plain name that a name or an ARN means.
 * @throws LambdaError for what is none, and for another account, region or version.
 */
export function nameOf({ place }: ApiContext, text: string): string {
  const parsed = parseFunctionName(text);
  if (!parsed.ok && parsed.error === 'malformed') {
    const message = 'The function name is neither a name nor an ARN of a function.';
    throw new LambdaError(400, 'ValidationException', message);
  }
  const missing = notFound(`Function not found: ${text}`);
  if (!parsed.ok) throw missing;
  const { name, region = place.region, account = place.account } = parsed.value;
  if (region !== place.region || account !== place.account) throw missing;
  return name;
}

/** @throws LambdaError where the caller's policies do not allow the action. Nobody is told before whether it exists. */
export function authorize(
  { iam }: ApiContext,
  { caller }: LocalRequest,
  action: string,
  resource: string,
  context?: Readonly<Record<string, string>>,
): void {
  if (caller && iam.allows(caller.arn, action, resource, context)) return;
  const who = caller?.arn ?? 'anonymous';
  const message = `User: ${who} is not authorized to perform: ${action} on resource: ${resource}`;
  throw new LambdaError(403, 'AccessDeniedException', message);
}

/** Asks IAM about a function, and gives its name. */
export function authorizedName(
  context: ApiContext,
  request: LocalRequest,
  operation: string,
  text: string,
): string {
  const name = nameOf(context, text);
  const { region, account } = context.place;
  authorize(context, request, `lambda:${operation}`, functionArn(region, account, name));
  return name;
}

export type Known = { readonly record: FunctionRecord; readonly stored: StoredFunction | undefined };

/** @throws LambdaError where there is no such function. */
export function known({ functions, store, place }: ApiContext, name: string): Known {
  const record = functions.find(name);
  if (!record) throw notFound(`Function not found: ${functionArn(place.region, place.account, name)}`);
  return { record, stored: store.find(name) };
}

/** @throws LambdaError where somebody has changed the function since. */
export function checkRevision(asked: string | undefined, current: string): void {
  if (asked === undefined || asked === current) return;
  const message =
    'The Revision Id provided does not match the latest Revision Id. Get the latest and try again.';
  throw new LambdaError(412, 'PreconditionFailedException', message);
}

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('base64');
