/** What an operation of SES is given, and what operations share. */
import { z } from 'zod';
import type { Iam, IamContext, LocalRequest, LocalResponse } from '../ports.ts';
import { badRequest, SesError } from './ses-error.ts';

export type SesOperation = (
  request: LocalRequest,
  /** Of the path, decoded. */
  segments: readonly string[],
) => LocalResponse | Promise<LocalResponse>;

export const json = (body: unknown): LocalResponse => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const isObject = z.record(z.string(), z.unknown());

export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** @throws SesError for what is no JSON object, and naming the member that is wrong or does not exist here. */
export function membersOf<T>(schema: z.ZodType<T>, { body }: LocalRequest): T {
  const given = isObject.safeParse(body.length === 0 ? {} : parseJson(body));
  if (!given.success) throw badRequest('The request is not valid JSON.');
  const parsed = schema.safeParse(given.data);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (issue?.code === 'unrecognized_keys') {
    throw badRequest(`${[...issue.path, issue.keys[0]].join('.')} is not supported locally.`);
  }
  throw badRequest(`${issue?.path.join('.')} ${issue?.message}`);
}

/**
 * Asks IAM whether the caller may do something to a resource.
 * @throws SesError where the caller's policies do not allow it.
 */
export type Authorize = (
  request: LocalRequest,
  operation: string,
  resource: string,
  context?: IamContext,
) => void;

/** @param place - whose resources they are: `us-east-1:000000000000`. */
export const authorizeWith =
  (iam: Pick<Iam, 'allows'>, place: string): Authorize =>
  ({ caller }, operation, resource, context) => {
    const arn = resource === '*' ? '*' : `arn:aws:ses:${place}:${resource}`;
    if (caller && iam.allows(caller.arn, `ses:${operation}`, arn, context)) return;
    const who = caller?.arn ?? 'anonymous';
    const message = `User: ${who} is not authorized to perform: ses:${operation} on resource: ${arn}`;
    throw new SesError(403, 'AccessDeniedException', message);
  };

const tokenOf = (name: string): string => Buffer.from(name).toString('base64url');

/**
 * A page of names in order. The token is opaque.
 * @param size - as asked; undefined where it was not.
 * @throws SesError for a size out of bounds, and for a token that no page gave.
 */
export function pageOf(
  names: readonly string[],
  size: number | undefined,
  token: string | undefined,
  most: number,
): { readonly page: readonly string[]; readonly next: { readonly NextToken?: string } } {
  const wanted = size ?? most;
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > most)
    throw badRequest(`PageSize must be from 1 to ${most}.`);
  const after = Buffer.from(token ?? '', 'base64url').toString();
  if (tokenOf(after) !== (token ?? '')) throw badRequest('NextToken is none that a list gave.');
  const rest = names.toSorted().filter((name) => name > after);
  const page = rest.slice(0, wanted);
  const last = page.at(-1);
  return { page, next: last !== undefined && rest.length > wanted ? { NextToken: tokenOf(last) } : {} };
}
