/** Requests to a service or a handler without an endpoint in front. */
import type { Json } from '@secure-agent/contracts';
import type { LocalRequest, ResourceHandler, ResourceRequest } from '../../src/ports.ts';
import { contextAt } from './stack.ts';

export const resourceRequest = (
  logicalId: string,
  properties: Readonly<Record<string, Json>>,
): ResourceRequest => ({ logicalId, properties, stack: contextAt(), asset: (hash) => hash });

/** The handler of a type. */
export function handlerFor(handlers: readonly ResourceHandler[], type: string): ResourceHandler {
  const found = handlers.find((handler) => handler.type === type);
  if (found === undefined) throw new Error(`there is no handler of ${type}`);
  return found;
}

/** A request whose signature was verified. */
export const verifiedRequest = (
  method: string,
  path: string,
  { search = '', body = '' }: { readonly search?: string; readonly body?: string } = {},
): LocalRequest => ({
  ...{ method, path, search, headers: {}, rawHeaders: [] },
  ...{ body: Buffer.from(body), requestId: 'request', signal: new AbortController().signal },
  caller: { arn: 'arn:aws:iam::000000000000:user/operator', accessKeyId: 'LOCLOPERATOR' },
});
