/** Reads what an Invoke request carries beside the function's name. */
import { err, ok, type Result } from '@secure-agent/contracts';

/** Most base64 characters of a client context. Source: Lambda API reference, Invoke, `X-Amz-Client-Context`. */
const CLIENT_CONTEXT_LIMIT = 3583;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The event as JSON text; a request without a body is an empty object. */
export function eventOf(body: Buffer): Result<string, string> {
  if (body.length === 0) return ok('{}');
  const text = body.toString('utf8');
  return isJson(text) ? ok(text) : err('Could not parse request body into json.');
}

/** The client context as JSON text. */
export function clientContextOf(
  header: string | readonly string[] | undefined,
): Result<string | undefined, string> {
  if (header === undefined) return ok(undefined);
  const text = typeof header === 'string' ? header : '';
  const json = Buffer.from(text, 'base64').toString('utf8');
  const valid =
    text.length <= CLIENT_CONTEXT_LIMIT &&
    /^[A-Za-z0-9+/]+={0,2}$/.test(text) &&
    json.startsWith('{') &&
    isJson(json);
  return valid ? ok(json) : err('Client context must be a valid Base64-encoded JSON object.');
}
