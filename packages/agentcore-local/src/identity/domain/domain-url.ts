/** Where hosted domains live: a path each, since one machine has one host. */

const PATH = /^\/domains\/([^/]+)(\/.*)$/;

/** `http://127.0.0.1:4566/domains/<prefix>` */
export const domainUrl = (endpoint: string, prefix: string): string => `${endpoint}/domains/${prefix}`;

/** Splits a path into the domain's prefix and the path below it. */
export function splitDomainPath(
  path: string,
): { readonly prefix: string; readonly rest: string } | undefined {
  const [, prefix, rest] = PATH.exec(path) ?? [];
  return prefix === undefined || rest === undefined ? undefined : { prefix, rest };
}
