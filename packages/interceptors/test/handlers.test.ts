/** The Lambda entries as they are: an issuer over loopback http, and the real KMS client against a server of ours. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parseAssertion } from '@secure-agent/contracts';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { bearer, callOf, discovery, eventOf, hmac, jwks, mint, object } from './support.ts';

let server: Server;
let base: string;
const kmsCalls: { target: unknown; body: unknown }[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    if (request.url?.endsWith('/openid-configuration')) return response.end(JSON.stringify(discovery(base)));
    if (request.url?.endsWith('/jwks.json')) return response.end(JSON.stringify(jwks));
    const body = object(JSON.parse(await text(request)));
    kmsCalls.push({ target: request.headers['x-amz-target'], body });
    const mac = hmac(Buffer.from(String(body['Message']), 'base64').toString());
    return response.end(JSON.stringify({ Mac: mac.toString('base64') }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('JWT_DISCOVERY_URL', `${base}/.well-known/openid-configuration`);
  vi.stubEnv('JWT_ALLOWED_CLIENTS', 'people,machine');
  vi.stubEnv('JWT_ALLOWED_SCOPES', 'hr/invoke');
  vi.stubEnv('CALLER_KEY_ID', 'key-1');
  vi.stubEnv('AWS_ENDPOINT_URL_KMS', base);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});

afterAll(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it('REQUEST: verifies over the network and signs in KMS with HMAC_SHA_256', async () => {
  const { handler } = await import('../src/request-handler.ts');
  const now = Math.floor(Date.now() / 1000);
  const token = mint({ iss: base, iat: now - 1, exp: now + 600 });
  const output = await handler(eventOf(callOf({}), bearer(token)));
  const args = object(object(object(output.mcp.transformedGatewayRequest?.body)['params'])['arguments']);
  const parsed = parseAssertion(String(args['caller']));
  if (!parsed.ok) throw new Error('no assertion');
  expect(parsed.value.unverifiedClaims).toMatchObject({ iss: base, sub: 'sub-eve' });
  expect(kmsCalls).toEqual([
    {
      target: 'TrentService.GenerateMac',
      body: {
        KeyId: 'key-1',
        MacAlgorithm: 'HMAC_SHA_256',
        Message: Buffer.from(parsed.value.signingInput).toString('base64'),
      },
    },
  ]);
});

it('RESPONSE: answers', async () => {
  const { handler } = await import('../src/response-handler.ts');
  const request = { jsonrpc: '2.0', id: 1, method: 'ping' };
  const body = { jsonrpc: '2.0', id: 1, result: {} };
  const output = await handler(eventOf(request, null, { statusCode: 200, headers: {}, body }));
  expect(output.mcp.transformedGatewayResponse?.body).toEqual(body);
});
