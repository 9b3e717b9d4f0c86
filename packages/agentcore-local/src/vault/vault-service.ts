/** The vault over HTTP: signed operations for workloads, and two addresses that a person's browser passes through. */
import { restJsonError, restJsonRefusal } from '../endpoint/aws-errors.ts';
import type { Asked, LocalRequest, LocalResponse, RequestHead, Service, VaultRefusal } from '../ports.ts';
import type { Operation } from './operations.ts';
import { AUTHORIZE_PATH, type UserFederation } from './user-federation.ts';

const STATUS: Readonly<Record<VaultRefusal['type'], number>> = {
  UnauthorizedException: 401,
  ValidationException: 400,
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
};

/** Where providers send browsers; each has its own under it. */
const CALLBACK = /^\/identities\/oauth2\/callback\/[A-Za-z0-9_-]{1,255}$/;

/** An address for browsers: a provider's page sends them here from another site, without a signature. */
const forBrowsers = ({ method, path }: RequestHead): boolean =>
  method === 'GET' && (path === AUTHORIZE_PATH || CALLBACK.test(path));

function refused({ type, message }: VaultRefusal, requestId: string): LocalResponse {
  const answer = restJsonError(STATUS[type], type, message, requestId);
  if (type !== 'ValidationException') return answer;
  return { ...answer, body: JSON.stringify({ message, reason: 'FieldValidationFailed' }) };
}

function parseBody({ body }: LocalRequest): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

const redirect = (location: string): LocalResponse => ({
  status: 302,
  headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
});

/** Plain text: nothing of the request is in it. */
const endOfTheRoad: LocalResponse = {
  status: 400,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  body: 'This authorization is unknown, was answered or has expired. Begin again in your application.',
};

/**
 * @param operations - by path.
 * @param access - what a request asks of IAM.
 */
export function vaultService(
  operations: ReadonlyMap<string, Operation>,
  federation: Pick<UserFederation, 'authorizationUrl' | 'callback'>,
  access: (path: string, body: Buffer) => readonly Asked[],
): Service {
  async function browse({ path, search }: LocalRequest): Promise<LocalResponse> {
    const query = new URLSearchParams(search);
    const next =
      path === AUTHORIZE_PATH
        ? federation.authorizationUrl(query.get('request_uri') ?? '')
        : await federation.callback(path, query);
    return next === undefined ? endOfTheRoad : redirect(next);
  }

  async function operate(request: LocalRequest, operation: Operation): Promise<LocalResponse> {
    const { requestId, caller } = request;
    // The endpoint verified the signature. Should that step ever be missing, nobody is let in.
    if (caller === undefined)
      return refused({ type: 'AccessDeniedException', message: 'The request is not signed' }, requestId);
    const answer = await operation(parseBody(request));
    if (!answer.ok) return refused(answer.error, requestId);
    const headers = {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-amzn-requestid': requestId,
    };
    return { status: 200, headers, body: JSON.stringify(answer.value) };
  }

  return {
    name: 'bedrock-agentcore-identity',
    bodyLimit: 512 * 1024,
    matches: (head) => forBrowsers(head) || (head.method === 'POST' && operations.has(head.path)),
    openToOrigins: forBrowsers,
    signedAs: (head) => (forBrowsers(head) ? null : 'bedrock-agentcore'),
    asks: ({ path, body }) => access(path, body),
    refuse: restJsonRefusal,
    async handle(request) {
      const operation = operations.get(request.path);
      return operation === undefined ? browse(request) : operate(request, operation);
    },
  };
}
