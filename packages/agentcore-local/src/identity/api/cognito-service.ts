/**
 * The Cognito user pools API in AWS JSON 1.1: `POST /` with the operation in `X-Amz-Target`.
 * Source: smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.
 */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { parseJson } from '../../endpoint/parse-json.ts';
import type {
  Asked,
  EndpointRefusal,
  LocalRequest,
  LocalResponse,
  RequestHead,
  Service,
} from '../../ports.ts';
import { type IdentityContext, poolArn } from '../context.ts';
import { CognitoError } from '../errors.ts';
import { OPERATIONS } from './operations.ts';

const TARGET_PREFIX = 'AWSCognitoIdentityProviderService.';
const CONTENT_TYPE = 'application/x-amz-json-1.1';

function operationName(head: RequestHead): string | undefined {
  const target = head.headers['x-amz-target'];
  if (head.method !== 'POST' || head.path !== '/' || typeof target !== 'string') return undefined;
  return target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : undefined;
}

function answer(status: number, body: Json, requestId: string, errorType?: string): LocalResponse {
  return {
    status,
    headers: {
      'content-type': CONTENT_TYPE,
      'x-amzn-requestid': requestId,
      'cache-control': 'no-store',
      ...(errorType === undefined ? {} : { 'x-amzn-errortype': `${errorType}:` }),
    },
    body: JSON.stringify(body),
  };
}

const failure = (status: number, type: string, message: string, requestId: string): LocalResponse =>
  answer(status, { __type: type, message }, requestId, type);

function parseBody(request: LocalRequest): unknown {
  const type = request.headers['content-type'];
  try {
    if (type === CONTENT_TYPE) return JSON.parse(request.body.toString('utf8'));
  } catch {
    // Falls through to the one refusal below.
  }
  throw new CognitoError('SerializationException', `The request is not JSON of type ${CONTENT_TYPE}.`);
}

const withPool = z.object({ UserPoolId: z.string() });

/** An operation on a pool is on its ARN; one that names none, such as ListUserPools, is on no resource. */
function asks({ region, account }: IdentityContext, request: LocalRequest): readonly Asked[] {
  const given = withPool.safeParse(parseJson(request.body));
  const pool = given.success ? poolArn({ region, account }, given.data.UserPoolId) : '*';
  return [{ action: `cognito-idp:${operationName(request)}`, resource: pool }];
}

async function run(context: IdentityContext, request: LocalRequest): Promise<Json> {
  const name = operationName(request) ?? '';
  const operation = OPERATIONS.get(name);
  if (operation === undefined) {
    const known = /^[A-Za-z]{1,64}$/.test(name) ? name : 'This operation';
    throw new CognitoError('UnknownOperationException', `${known} is not supported locally.`);
  }
  // The endpoint verified the signature. Should that step ever be missing, nobody is let in.
  if (operation.signed && request.caller === undefined) {
    throw new CognitoError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  return operation.run(context, parseBody(request));
}

const REFUSALS: Readonly<
  Record<EndpointRefusal['kind'], { readonly status: number; readonly type: string }>
> = {
  too_large: { status: 413, type: 'RequestTooLargeException' },
  unsigned: { status: 400, type: 'MissingAuthenticationTokenException' },
  bad_signature: { status: 400, type: 'InvalidSignatureException' },
  expired_signature: { status: 400, type: 'InvalidSignatureException' },
  bad_request: { status: 400, type: 'SerializationException' },
  not_allowed: { status: 400, type: 'AccessDeniedException' },
};

export const createCognitoService = (context: IdentityContext): Service => ({
  name: 'cognito-idp',
  bodyLimit: 256 * 1024,
  matches: (head) => operationName(head) !== undefined,
  signedAs: (head) => (OPERATIONS.get(operationName(head) ?? '')?.signed === true ? 'cognito-idp' : null),
  asks: (request) => asks(context, request),
  async handle(request) {
    try {
      return answer(200, await run(context, request), request.requestId);
    } catch (error) {
      if (!(error instanceof CognitoError)) throw error;
      return failure(400, error.code, error.message, request.requestId);
    }
  },
  refuse(refusal, requestId) {
    const { status, type } = REFUSALS[refusal.kind];
    return failure(status, type, refusal.message, requestId);
  },
});
