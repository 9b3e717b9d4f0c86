/** The workload access token: for whom it is made, when it reaches the agent, and that nobody else can put one there. */
import { USER_ID_HEADER } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import {
  type Ask,
  ask,
  jsonOf,
  mint,
  openDoor,
  runtimeRecord,
  sigv4Record,
  type TestDoor,
} from './support.ts';

const NAMES = ['workloadaccesstoken', 'x-amz-bedrock-agentcore-identity-wat'] as const;
const CALLER = { arn: 'arn:aws:iam::000000000000:user/operator', accessKeyId: 'LOCALKEY' };
const SIGNED = [
  'authorization',
  `AWS4-HMAC-SHA256 Credential=A/20261122/us-east-1/bedrock-agentcore/aws4_request, SignedHeaders=host;${USER_ID_HEADER}, Signature=00`,
];

const sigv4Door = () =>
  openDoor(sigv4Record(), { verifySignature: async () => ({ ok: true, value: CALLER }) });

const headersAt = async (door: TestDoor, options: Ask) =>
  (await jsonOf(await door.service.handle(ask({ do: 'echo' }, options)))).headers;

describe('a runtime with a JWT authorizer', () => {
  it('gets one at every request under both names, for the workload and the verified user, with the user token', async () => {
    const door = openDoor(runtimeRecord({ requestHeaderAllowlist: [] }));
    const token = mint();
    const first = await headersAt(door, { token });
    expect(NAMES.map((name) => first[name])).toEqual(['wat-0', 'wat-0']);
    const second = await headersAt(door, { token: mint({ sub: 'anna' }) });
    expect(NAMES.map((name) => second[name])).toEqual(['wat-1', 'wat-1']);
    const iss = expect.stringContaining('us-east-1_hr');
    expect(door.issued).toEqual([
      { workloadName: 'hr_agent-abcdefghij', user: { kind: 'jwt', iss, sub: 'eve' }, userToken: token },
      expect.objectContaining({ user: { kind: 'jwt', iss, sub: 'anna' } }),
    ]);
    expect(first).not.toHaveProperty('authorization');
  });

  it('RT-13 a client that sends its own is heard under neither name, allow-listed or not', async () => {
    const door = openDoor(runtimeRecord({ requestHeaderAllowlist: ['WorkloadAccessToken', 'X-Api-Key'] }));
    const more = NAMES.flatMap((name) => [name, 'forged']);
    const headers = await headersAt(door, { more: [...more, 'X-Api-Key', 'k'] });
    expect(NAMES.map((name) => headers[name])).toEqual(['wat-0', 'wat-0']);
    // The control twin: an allow-listed header that is nobody's own passes.
    expect(headers['x-api-key']).toBe('k');
  });

  it('RT-09 the user-id header changes nothing: the token says who it is', async () => {
    const door = openDoor();
    const headers = await headersAt(door, { more: [USER_ID_HEADER, 'alice'] });
    expect(headers).not.toHaveProperty(USER_ID_HEADER);
    expect(door.issued).toMatchObject([{ user: { kind: 'jwt', sub: 'eve' } }]);
    expect(door.decisions).toMatchObject([{ outcome: 'allow', sub: 'eve' }]);
  });

  it('RT-09 or the header is refused, where that is chosen; without it nothing changes', async () => {
    const door = openDoor(runtimeRecord(), { behaviour: { userIdWithJwt: 'refuse' } });
    const refused = await door.service.handle(ask({ do: 'echo' }, { more: [USER_ID_HEADER, 'alice'] }));
    expect(refused.status).toBe(400);
    expect(door.decisions).toMatchObject([{ outcome: 'deny', reason: 'user_id_with_jwt', sub: 'eve' }]);
    expect(door.processCount()).toBe(0);
    expect((await door.service.handle(ask({ do: 'echo' }))).status).toBe(200);
  });

  it.each([
    ['a made-up choice', { userIdWithJwt: 'trust' }],
    ['another', { webSocketAtTokenExpiry: 'never' }],
  ])('%s is an error when the door is made', (_, behaviour) => {
    expect(() => openDoor(runtimeRecord(), { behaviour: behaviour as object })).toThrow(TypeError);
  });

  it('a workload access token is no bearer: it is refused before it is looked at', async () => {
    const door = openDoor();
    const response = await door.service.handle(ask({ do: 'echo' }, { token: 'wat-0' }));
    expect([response.status, (await jsonOf(response)).message]).toEqual([
      403,
      'OAuth authorization failed: Failed to parse token',
    ]);
    expect(door.decisions).toMatchObject([{ outcome: 'deny', reason: 'malformed_token' }]);
    expect(door.issued).toEqual([]);
  });

  it('is made for nobody who is refused', async () => {
    const door = openDoor();
    await door.service.handle(ask({}, { token: mint({}, 'foreign') }));
    expect(door.issued).toEqual([]);
  });
});

describe('a runtime that takes AWS signatures', () => {
  it('gets one for the user that the caller names, and the name', async () => {
    const door = sigv4Door();
    const headers = await headersAt(door, { rawHeaders: [...SIGNED, USER_ID_HEADER, 'alice'] });
    expect(NAMES.map((name) => headers[name])).toEqual(['wat-0', 'wat-0']);
    expect(headers[USER_ID_HEADER]).toBe('alice');
    expect(door.issued).toEqual([
      { workloadName: 'hr_agent-abcdefghij', user: { kind: 'id', userId: 'alice' }, userToken: undefined },
    ]);
  });

  it('RT-13 gets none without a user, also when the client sends one itself', async () => {
    const door = sigv4Door();
    const more = NAMES.flatMap((name) => [name, 'forged']);
    const headers = await headersAt(door, { rawHeaders: [...SIGNED, ...more] });
    for (const name of NAMES) expect(headers).not.toHaveProperty(name);
    expect(door.issued).toEqual([]);
  });

  it.each([
    ['empty', [''], /'runtimeUserId' .* greater than or equal to 1$/],
    ['1025 characters', ['a'.repeat(1025)], /'runtimeUserId' .* less than or equal to 1024$/],
    ['two', ['alice', 'bob'], /'runtimeUserId' .* be sent once$/],
  ])('a user id that is %s is refused', async (_, ids, message) => {
    const door = sigv4Door();
    const rawHeaders = [...SIGNED, ...ids.flatMap((id) => [USER_ID_HEADER, id])];
    const response = await door.service.handle(ask({ do: 'echo' }, { rawHeaders }));
    expect([response.status, (await jsonOf(response)).message]).toEqual([
      400,
      expect.stringMatching(message),
    ]);
    expect(door.decisions).toMatchObject([{ outcome: 'deny', reason: 'user_id_invalid', sub: CALLER.arn }]);
  });

  it('a user id of 1024 characters is taken', async () => {
    const id = 'a'.repeat(1024);
    const headers = await headersAt(sigv4Door(), { rawHeaders: [...SIGNED, USER_ID_HEADER, id] });
    expect(headers[USER_ID_HEADER]).toBe(id);
  });
});
