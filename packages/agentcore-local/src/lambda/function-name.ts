/**
 * How callers name a function. Source: Lambda API reference, Invoke, `FunctionName`: a name, a partial ARN
 * (`123456789012:function:name`) or a full ARN, each with or without a version.
 */
import { err, ok, type Result } from '@secure-agent/contracts';

export type FunctionReference = {
  readonly name: string;
  /** Absent in a bare name, which means: in this account and region. */
  readonly account?: string;
  readonly region?: string;
};

const FULL = /^arn:aws:lambda:([a-z]{2}(?:-[a-z]+)+-\d):(\d{12}):function:([A-Za-z0-9_-]{1,64})(?::(.+))?$/;
const PARTIAL = /^(\d{12}):function:([A-Za-z0-9_-]{1,64})(?::(.+))?$/;
const BARE = /^([A-Za-z0-9_-]{1,64})(?::(.+))?$/;
const LATEST = '$LATEST';

export type FunctionNameError = 'malformed' | 'version_unknown';

const checked = (
  reference: FunctionReference,
  version: string | undefined,
): Result<FunctionReference, FunctionNameError> =>
  version === undefined || version === LATEST ? ok(reference) : err('version_unknown');

/** Reads a name or an ARN. Only `$LATEST` exists here. */
export function parseFunctionName(text: string): Result<FunctionReference, FunctionNameError> {
  const full = FULL.exec(text);
  if (full) {
    const [, region = '', account = '', name = '', version] = full;
    return checked({ name, account, region }, version);
  }
  const partial = PARTIAL.exec(text);
  if (partial) return checked({ account: partial[1] ?? '', name: partial[2] ?? '' }, partial[3]);
  const bare = BARE.exec(text);
  return bare ? checked({ name: bare[1] ?? '' }, bare[2]) : err('malformed');
}

export const functionArn = (region: string, account: string, name: string): string =>
  `arn:aws:lambda:${region}:${account}:function:${name}`;
