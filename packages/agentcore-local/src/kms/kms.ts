/**
 * KMS as far as the caller assertion needs it: HMAC keys, in AWS JSON 1.1 (`POST /`, the operation in `X-Amz-Target`).
 * Source: KMS API reference; smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.
 */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { awsJsonError, awsJsonRefusal } from '../endpoint/aws-errors.ts';
import { parseJson } from '../endpoint/parse-json.ts';
import type {
  Asked,
  Clock,
  LocalRequest,
  LocalResponse,
  RequestHead,
  ResourceHandler,
  Service,
  StateStore,
} from '../ports.ts';
import { documentOf } from './key-policy.ts';
import { createKeys, type Keys } from './keys.ts';
import { KmsError } from './kms-error.ts';
import { kmsHandlers } from './kms-resources.ts';
import { OPERATIONS } from './operations.ts';

const TARGET_PREFIX = 'TrentService.';
const CONTENT_TYPE = 'application/x-amz-json-1.1';

/** A message and a MAC at their longest in base64, and room for the rest. */
const BODY_LIMIT = 64 * 1024;

const targetOf = ({ headers }: RequestHead): string => {
  const target = headers['x-amz-target'];
  return typeof target === 'string' ? target : '';
};

function parseBody({ headers, body }: LocalRequest): unknown {
  try {
    if (headers['content-type'] === CONTENT_TYPE) return JSON.parse(body.toString('utf8'));
  } catch {
    // Falls through to the one refusal below.
  }
  throw new KmsError('SerializationException', `The request is not JSON of type ${CONTENT_TYPE}.`);
}

const withKey = z.object({ KeyId: z.string() });

/** A key that is not there is nobody's to be allowed: the operation says so. */
function asks(keys: Keys, request: LocalRequest): readonly Asked[] {
  const name = targetOf(request).slice(TARGET_PREFIX.length);
  if (!OPERATIONS.has(name)) return [];
  const given = withKey.safeParse(parseJson(request.body));
  const key = given.success ? keys.find(given.data.KeyId) : undefined;
  return key === undefined ? [] : [{ action: `kms:${name}`, resource: key.arn }];
}

function run(keys: Keys, request: LocalRequest): Json {
  // The endpoint verified the signature. Should that step ever be missing, nobody is let in.
  if (request.caller === undefined) {
    throw new KmsError('MissingAuthenticationTokenException', 'The request is not signed.');
  }
  const name = targetOf(request).slice(TARGET_PREFIX.length);
  const operation = OPERATIONS.get(name);
  if (operation === undefined) {
    const shown = /^[A-Za-z]{1,64}$/.test(name) ? name : 'This operation';
    throw new KmsError('UnknownOperationException', `${shown} is not supported locally.`);
  }
  return operation({ keys, callerArn: request.caller.arn }, parseBody(request));
}

function handle(keys: Keys, request: LocalRequest): LocalResponse {
  const { requestId } = request;
  try {
    const body = JSON.stringify(run(keys, request));
    return { status: 200, headers: { 'content-type': CONTENT_TYPE, 'x-amzn-requestid': requestId }, body };
  } catch (error) {
    if (!(error instanceof KmsError)) throw error;
    return awsJsonError(400, error.type, error.message, requestId);
  }
}

export type KmsOptions = {
  /** Keeps keys and aliases in its section `kms`. */
  readonly state: StateStore;
  readonly now: Clock;
};

export type Kms = {
  readonly service: Service;
  readonly handlers: readonly ResourceHandler[];
  /** The policy of a key, JSON text; undefined for another ARN. */
  policyOf(arn: string): string | undefined;
};

/**
 * The service and the handlers of its resources, over one state.
 * @throws LoadError `state_invalid` when the saved keys cannot be read.
 */
export function createKms({ state, now }: KmsOptions): Kms {
  const keys = createKeys(state, now);
  return {
    handlers: kmsHandlers(keys),
    policyOf(arn) {
      const key = keys.find(arn);
      return key?.arn === arn ? JSON.stringify(documentOf(key.policy)) : undefined;
    },
    service: {
      name: 'kms',
      bodyLimit: BODY_LIMIT,
      matches: (head) =>
        head.method === 'POST' && head.path === '/' && targetOf(head).startsWith(TARGET_PREFIX),
      signedAs: () => 'kms',
      asks: (request) => asks(keys, request),
      handle: async (request) => handle(keys, request),
      refuse: awsJsonRefusal,
    },
  };
}
