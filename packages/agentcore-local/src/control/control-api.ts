/**
 * The control API over HTTP (restJson1, signed as `bedrock-agentcore`): list and get, and UpdateGateway. Every other
 * operation answers that it is not supported locally.
 */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { restJsonError, restJsonRefusal } from '../endpoint/aws-errors.ts';
import type { LocalRequest, LocalResponse, RequestHead, Service } from '../ports.ts';
import { ControlError } from './control-error.ts';
import type { ControlStore } from './control-store.ts';
import { ROUTES } from './routes.ts';

/** First path segments of every operation that the SDK's client knows. */
const FIRST_SEGMENTS = `
  browser-profiles browsers capacity-providers code-interpreters configuration-bundles datasets evaluators gateways
  harnesses identities memories online-evaluation-configs payments policy-engine-summaries policy-engines registries
  resourcepolicy runtimes tags
`;
const CONTROL_SEGMENTS: ReadonlySet<string> = new Set(FIRST_SEGMENTS.trim().split(/\s+/));

function parseBody({ body }: LocalRequest): Json {
  if (body.length === 0) return null;
  try {
    return z.json().parse(JSON.parse(body.toString('utf8')));
  } catch {
    throw new ControlError('ValidationException', 'The request body is not valid JSON');
  }
}

function decode(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    throw new ControlError('ValidationException', 'The path is not well encoded');
  }
}

function run(store: ControlStore, request: LocalRequest): LocalResponse {
  // The endpoint verified the signature. Should that step ever be missing, nobody is let in.
  if (request.caller === undefined)
    throw new ControlError('AccessDeniedException', 'The request is not signed');
  const { method, path, search, requestId } = request;
  const route = ROUTES.find((one) => one.method === method && one.path.test(path));
  if (route === undefined) {
    const operations = ROUTES.map(({ operation }) => operation).join(', ');
    const text = `${method} ${path} is not supported locally. Supported: ${operations}.`;
    throw new ControlError('ValidationException', text);
  }
  const ids = (route.path.exec(path) ?? []).slice(1).map(decode);
  const call = { ids, query: new URLSearchParams(search), input: parseBody(request) };
  const { status, body } = route.run(store, call);
  const headers = { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
  return { status, headers, body: JSON.stringify(body) };
}

/** The control plane's service over a store of records. */
export function controlApi(store: ControlStore): Service {
  return {
    name: 'bedrock-agentcore-control',
    bodyLimit: 2 * 1024 * 1024,
    matches: ({ path }: RequestHead) => CONTROL_SEGMENTS.has(path.split('/')[1] ?? ''),
    signedAs: () => 'bedrock-agentcore',
    refuse: restJsonRefusal,
    async handle(request) {
      try {
        return run(store, request);
      } catch (error) {
        if (!(error instanceof ControlError)) throw error;
        return restJsonError(error.status, error.type, error.message, request.requestId);
      }
    },
  };
}
