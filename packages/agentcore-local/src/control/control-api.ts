/**
 * The control API over HTTP (restJson1, signed as `bedrock-agentcore`). Routes, inputs and outputs are those of the
 * client that AWS ships; an operation that does not run locally says so by its name.
 */
import type { Json } from '@secure-agent/contracts';
import { restJsonRefusal } from '../endpoint/aws-errors.ts';
import type { Asked, LocalRequest, LocalResponse, RequestHead, Service } from '../ports.ts';
import type { Control } from './control.ts';
import { ControlError } from './control-error.ts';
import { OPERATIONS } from './operations/index.ts';
import { askedOf } from './wire/access.ts';
import { bindRequest } from './wire/bind-request.ts';
import { renderShape } from './wire/render-shape.ts';
import { createRepetitions, type Repetitions } from './wire/repetitions.ts';
import { type Matched, type Router, routerOf } from './wire/routes.ts';
import { sdkOperations } from './wire/sdk-operations.ts';

/** First path segments of every operation that the SDK's client knows. */
const FIRST_SEGMENTS = `
  browser-profiles browsers capacity-providers code-interpreters configuration-bundles consent-portals datasets
  evaluators gateways harnesses identities memories online-evaluation-configs payments policy-engine-summaries
  policy-engines registries resourcepolicy runtimes tags
`;
const CONTROL_SEGMENTS: ReadonlySet<string> = new Set(FIRST_SEGMENTS.trim().split(/\s+/));

/** Paths of the data plane under a first segment of the control plane. */
const DATA_PLANE = /^\/identities\/(?:oauth2\/|api-key$|GetWorkloadAccessToken|CompleteResourceTokenAuth$)/;

function routeOf(router: Router, { method, path }: LocalRequest): Matched {
  const matched = router(method, path);
  if (matched !== undefined) return matched;
  throw new ControlError('UnknownOperationException', `No operation of the control API is ${method} ${path}`);
}

/** Answers an operation, once for each client token. */
async function answer(
  control: Control,
  repetitions: Repetitions,
  matched: Matched,
  { search, body, caller }: LocalRequest,
): Promise<Json> {
  const { name, input: shape, output } = matched.operation;
  const run = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (run === undefined) {
    throw new ControlError('UnsupportedOperationException', `${name} is not supported locally`);
  }
  const input = bindRequest(matched, search, body);
  return repetitions.once({ caller: caller?.arn ?? '', operation: name, shape, input }, async (given) => {
    // Members without a value are not written.
    const result: Json = JSON.parse(JSON.stringify(run(control, given)));
    return renderShape(output, result);
  });
}

const json = (status: number, requestId: string, body: Json, type?: string): LocalResponse => ({
  status,
  headers: {
    'content-type': 'application/json',
    'x-amzn-requestid': requestId,
    ...(type === undefined ? {} : { 'x-amzn-errortype': type }),
  },
  ...(status === 204 ? {} : { body: JSON.stringify(body) }),
});

function refusal({ status, type, message, detail }: ControlError, requestId: string): LocalResponse {
  const fields = detail?.fieldList === undefined ? {} : { fieldList: [...detail.fieldList] };
  return json(status, requestId, { message, ...(detail && { reason: detail.reason }), ...fields }, type);
}

/** The control plane's service. */
export function controlApi(control: Control): Service {
  const repetitions = createRepetitions();
  let loading: Promise<Router> | undefined;
  const router = (): Promise<Router> => (loading ??= sdkOperations().then(routerOf));
  const handled = async (request: LocalRequest): Promise<LocalResponse> => {
    // The endpoint verified the signature. Should that step ever be missing, nobody is let in.
    if (request.caller === undefined) {
      throw new ControlError('AccessDeniedException', 'The request is not signed');
    }
    const matched = routeOf(await router(), request);
    const body = await answer(control, repetitions, matched, request);
    return json(matched.operation.status, request.requestId, body);
  };
  async function asks({ method, path, body }: LocalRequest): Promise<readonly Asked[]> {
    try {
      const matched = (await router())(method, path);
      return matched === undefined ? [] : askedOf(matched, body, control.arn);
    } catch (error) {
      // A path that names no operation does nothing: it is refused where it is answered.
      if (error instanceof ControlError) return [];
      throw error;
    }
  }
  return {
    name: 'bedrock-agentcore-control',
    bodyLimit: 2 * 1024 * 1024,
    matches: ({ path }: RequestHead) =>
      CONTROL_SEGMENTS.has(path.split('/')[1] ?? '') && !DATA_PLANE.test(path),
    signedAs: () => 'bedrock-agentcore',
    asks,
    refuse: restJsonRefusal,
    async handle(request) {
      try {
        return await handled(request);
      } catch (error) {
        if (!(error instanceof ControlError)) throw error;
        return refusal(error, request.requestId);
      }
    },
  };
}
