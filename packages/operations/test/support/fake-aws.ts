/** An AWS service of a test's own making, spoken to over HTTP by AWS's own client. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

export type FakeCall = {
  readonly method: string;
  readonly path: string;
  /** `X-Amz-Target` without its prefix; empty for a service that goes by paths. */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
};

/** What the service answers: a body, or an error by its type. */
export type FakeAnswer = { readonly body: object } | { readonly error: string };

const settings = { region: 'us-east-1', maxAttempts: 1 } as const;
const credentials = { accessKeyId: 'LOCLTESTLOCLTEST', secretAccessKey: 'x'.repeat(40) };

/** Starts it. Gives what an SDK client needs to reach it. */
export async function fakeAws(answer: (call: FakeCall) => FakeAnswer) {
  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    const text = await textOf(request);
    const input: Record<string, unknown> = text === '' ? {} : JSON.parse(text);
    const answered = answer({ method, path: url, operation, input });
    const failed = 'error' in answered;
    response.writeHead(failed ? 400 : 200, {
      'content-type': 'application/json',
      ...(failed ? { 'x-amzn-errortype': answered.error } : {}),
    });
    response.end(JSON.stringify(failed ? { __type: answered.error, message: 'no' } : answered.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { ...settings, credentials, endpoint: `http://127.0.0.1:${port}` };
}
