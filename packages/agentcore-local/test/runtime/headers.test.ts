import { REQUEST_ID_HEADER, SESSION_ID_HEADER } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { forwardedHeaders, parseHeaderAllowlist } from '../../src/runtime/headers.ts';
import { RESTRICTED_HEADERS } from '../../src/runtime/restricted-headers.ts';
import { ask, jsonOf, mint, openDoor, runtimeRecord } from './support.ts';

const forwarded = (rawHeaders: readonly string[], allowlist: readonly string[], jwtAuthorized = true) =>
  forwardedHeaders({
    rawHeaders,
    allowlist: parseHeaderAllowlist(allowlist),
    jwtAuthorized,
    sessionId: 'session',
    requestId: 'request',
  });

const OWN = { [SESSION_ID_HEADER]: 'session', [REQUEST_ID_HEADER]: 'request' };
const CUSTOM = 'X-Amzn-Bedrock-AgentCore-Runtime-Custom-Tenant';

type Row = readonly [string, string[], string[], Record<string, string>];
const rows: readonly Row[] = [
  ['nothing is forwarded without being named', ['x-api-key', 'k', 'cookie', 'c', 'traceparent', 't'], [], {}],
  [
    'content type and accept are parameters',
    ['Content-Type', 'a/b', 'Accept', 'c/d'],
    [],
    { 'content-type': 'a/b', accept: 'c/d' },
  ],
  [
    'Authorization, where it is named',
    ['Authorization', 'Bearer t'],
    ['authorization'],
    { authorization: 'Bearer t' },
  ],
  ['Authorization, where it is not', ['Authorization', 'Bearer t'], ['x-api-key'], {}],
  ['names are compared without case', ['X-API-KEY', 'k'], ['x-Api-Key'], { 'x-api-key': 'k' }],
  [
    'RT-14 a custom header, where it is named',
    [CUSTOM, 'acme'],
    [CUSTOM],
    { [CUSTOM.toLowerCase()]: 'acme' },
  ],
  ['RT-14 a custom header, where it is not', [CUSTOM, 'acme'], [], {}],
  [
    'RT-09 RT-13 identity headers of the service',
    ['WorkloadAccessToken', 'w', 'X-Amzn-Bedrock-AgentCore-Runtime-User-Id', 'anna'],
    [],
    {},
  ],
  [
    'BX-19 the underscore form is another header',
    ['X_Amzn_Bedrock_AgentCore_Runtime_Session_Id', 'x'],
    [],
    {},
  ],
  ['the ids are those of the service', [SESSION_ID_HEADER, 'mine', REQUEST_ID_HEADER, 'mine'], [], {}],
  [
    'a value of 4096 bytes',
    ['x-api-key', 'k'.repeat(4096)],
    ['x-api-key'],
    { 'x-api-key': 'k'.repeat(4096) },
  ],
];

describe('headers that reach the agent', () => {
  it.each(rows)('%s', (_, rawHeaders, allowlist, headers) => {
    expect(forwarded(rawHeaders, allowlist)).toEqual({ ok: true, value: { ...OWN, ...headers } });
  });

  it('Authorization stays outside without a JWT authorizer, named or not', () => {
    expect(forwarded(['authorization', 'AWS4 …'], ['authorization'], false)).toEqual({
      ok: true,
      value: OWN,
    });
  });

  it.each([
    ['a value of 4097 bytes is not cut', ['x-api-key', 'k'.repeat(4097)]],
    ['of two values none is chosen', ['x-api-key', 'a', 'X-Api-Key', 'b']],
    ['of two content types none is chosen', ['content-type', 'a/b', 'content-type', 'c/d']],
  ])('%s: the request is refused', (_, rawHeaders) => {
    expect(forwarded(rawHeaders, ['x-api-key']).ok).toBe(false);
  });

  it('arrive so at a real agent', async () => {
    const door = openDoor(runtimeRecord({ requestHeaderAllowlist: ['Authorization', 'X-Api-Key'] }));
    const token = mint();
    const more = ['X-Api-Key', 'k', 'Cookie', 'c', 'Content-Type', 'application/json'];
    const session = 's'.repeat(40);
    const request = ask({ do: 'echo' }, { token, more, session });
    const { headers, method, url } = await jsonOf(await door.service.handle(request));
    expect({ method, url }).toEqual({ method: 'POST', url: '/invocations' });
    const { host: _, connection: __, ...rest } = headers;
    expect(rest).toEqual({
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-api-key': 'k',
      [SESSION_ID_HEADER]: session,
      [REQUEST_ID_HEADER]: request.requestId,
      workloadaccesstoken: 'wat-0',
      'x-amz-bedrock-agentcore-identity-wat': 'wat-0',
      'content-length': String(request.body.length),
    });
  });

  it('BX-11 a token over 4096 bytes is refused, not cut on its way', async () => {
    const door = openDoor();
    const response = await door.service.handle(
      ask({ do: 'echo' }, { token: mint({ extra: 'x'.repeat(3500) }) }),
    );
    expect(response.status).toBe(400);
    expect(door.decisions).toMatchObject([{ outcome: 'deny', reason: 'header_invalid', sub: 'eve' }]);
    door.record = runtimeRecord({ requestHeaderAllowlist: [] });
    expect(
      (await door.service.handle(ask({ do: 'echo' }, { token: mint({ extra: 'x'.repeat(3500) }) }))).status,
    ).toBe(200);
  });
});

describe('the allowlist of a runtime', () => {
  const many = Array.from({ length: 21 }, (_, i) => `X-Header-${i}`);
  it.each([
    ['a cookie', ['Cookie']],
    ['the host', ['host']],
    ['what a proxy says', ['X-Forwarded-For']],
    ['a parameter of the API', ['Content-Type']],
    ['a header of the signature', ['X-Amz-Date']],
    ['the user id', ['X-Amzn-Bedrock-AgentCore-Runtime-User-Id']],
    ['a name that is none', ['x header']],
    ['a name twice, in two cases', ['X-Api-Key', 'x-api-key']],
    ['21 names', many],
  ])('%s is refused', (_, names) => {
    expect(() => parseHeaderAllowlist(names)).toThrow(expect.objectContaining({ code: 'property_invalid' }));
  });

  it('none of the restricted names of the page is taken', () => {
    expect(RESTRICTED_HEADERS.size).toBeGreaterThan(90);
    for (const name of RESTRICTED_HEADERS) {
      expect(() => parseHeaderAllowlist([name.toUpperCase()])).toThrow(/which is restricted/);
    }
  });

  it('20 names, Authorization and custom headers among them, are taken', () => {
    expect(parseHeaderAllowlist(['Authorization', CUSTOM, ...many.slice(0, 18)]).size).toBe(20);
  });

  it('one that cannot be used stops the start', async () => {
    const door = openDoor(runtimeRecord({ requestHeaderAllowlist: ['Cookie'] }));
    await expect(door.prewarm(door.record.agentRuntimeArn)).rejects.toThrow(/cookie, which is restricted/);
  });
});
