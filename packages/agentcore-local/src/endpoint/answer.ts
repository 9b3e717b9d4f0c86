/**
 * From a request that passed the doors to the answer of its service: the body bounded, the signature verified, and IAM
 * asked whether who signed may do what the request does.
 */
import type { IncomingMessage } from 'node:http';
import { err, ok, type Result } from '@secure-agent/contracts';
import type {
  Asked,
  Caller,
  EndpointRefusal,
  Iam,
  LocalRequest,
  LocalResponse,
  RequestHead,
  RequestStart,
  Service,
} from '../ports.ts';
import { readBody } from './read-body.ts';
import { nextTurn } from './turn.ts';

export type VerifySignature = (
  head: RequestHead,
  body: Buffer,
  service: string,
) => Promise<Result<Caller, EndpointRefusal>>;

/** Who signed, and what that signer may do. */
export type SignerCheck = { readonly verifySignature: VerifySignature; readonly iam: Pick<Iam, 'allows'> };

export type Work = {
  readonly request: IncomingMessage;
  readonly start: RequestStart;
  /** For a client that waits for it before it sends its body (RFC 9110 section 10.1.1). */
  readonly sayContinue: () => void;
};

const TOO_LARGE: EndpointRefusal = { kind: 'too_large', message: 'The request body is too large.' };

/** @returns undefined when nobody waits for an answer any more. */
async function takeBody(
  { request, sayContinue }: Work,
  limit: number,
): Promise<Result<Buffer, EndpointRefusal> | undefined> {
  sayContinue();
  const body = await readBody(request, limit);
  if (body === 'aborted') return undefined;
  return body === 'too_large' ? err(TOO_LARGE) : ok(body);
}

/** The service decides on the head; only a request that is let in has its body read. */
async function answerInSteps(
  work: Work,
  begin: NonNullable<Service['begin']>,
  bodyLimit: number,
): Promise<LocalResponse | undefined> {
  const begun = await begin(work.start);
  if (!begun.ok) return begun.error;
  const body = await takeBody(work, bodyLimit);
  await nextTurn();
  return body && begun.value(body);
}

/** AWS's words to a caller whose policies do not allow something. */
export const notAuthorized = (arn: string, { action, resource }: Asked): string =>
  `User: ${arn} is not authorized to perform: ${action} on resource: ${resource}`;

/** @returns the refusal for the first action that the signer may not do; undefined where all is allowed. */
async function refusedByIam(
  service: Service,
  request: LocalRequest,
  { arn }: Caller,
  iam: SignerCheck['iam'],
): Promise<EndpointRefusal | undefined> {
  if (service.asks === 'by_itself') return undefined;
  const asked = await service.asks(request);
  const missing = asked.find(({ action, resource, context }) => !iam.allows(arn, action, resource, context));
  return missing && { kind: 'not_allowed', message: notAuthorized(arn, missing) };
}

/**
 * Lets a service answer.
 * @returns undefined when nobody waits for an answer any more.
 */
export async function answer(
  work: Work,
  service: Service,
  { verifySignature, iam }: SignerCheck,
): Promise<LocalResponse | undefined> {
  const { start } = work;
  const signedAs = service.signedAs(start);
  if (signedAs === null && service.begin) {
    return answerInSteps(work, service.begin.bind(service), service.bodyLimit);
  }
  const body = await takeBody(work, service.bodyLimit);
  if (body === undefined) return undefined;
  if (!body.ok) return service.refuse(body.error, start.requestId);
  if (signedAs === null) return service.handle({ ...start, body: body.value });
  const verified = await verifySignature(start, body.value, signedAs);
  if (!verified.ok) return service.refuse(verified.error, start.requestId);
  const request = { ...start, body: body.value, caller: verified.value };
  const refused = await refusedByIam(service, request, verified.value, iam);
  return refused ? service.refuse(refused, start.requestId) : service.handle(request);
}
