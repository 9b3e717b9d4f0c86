/** Runtimes without a JWT authorizer, called by AWS's own SDK through a real endpoint; and what it would never send. */
import {
  BedrockAgentCoreClient,
  InvokeAgentRuntimeCommand,
  type InvokeAgentRuntimeCommandInput,
  StopRuntimeSessionCommand,
} from '@aws-sdk/client-bedrock-agentcore';
import { type AccessKey, SESSION_ID_HEADER, USER_ID_HEADER } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { createCredentials, verifySigV4 } from '../../src/credentials/index.ts';
import type { RuntimeFrontDoorOptions } from '../../src/runtime/front-door.ts';
import { ARN, INVOCATIONS, newSession, serveDoor, sigv4Record } from './support.ts';

const credentials = createCredentials();
const { operator } = credentials;
const ROLE = 'arn:aws:iam::000000000000:role/caller';
const role = credentials.ofRole(ROLE);
const verifySignature: RuntimeFrontDoorOptions['verifySignature'] = (head, body, service) =>
  verifySigV4(head, body, { service, region: 'us-east-1', now: Date.now, credentials });

type Grant = readonly [action: string, resource: string];

/** A door where each principal may do what its grants say, and a client for it. */
async function signedDoor(grants: readonly Grant[] | 'all' = 'all') {
  const asked: string[] = [];
  const door = await serveDoor(sigv4Record(), {
    verifySignature,
    iam: {
      allows(principal, action, resource) {
        asked.push(`${principal.split('/').at(-1)} ${action.split(':')[1]} ${resource.slice(ARN.length)}`);
        return (
          grants === 'all' || grants.some(([a, r]) => action === `bedrock-agentcore:${a}` && resource === r)
        );
      },
    },
  });
  const client = (key: AccessKey = operator) =>
    new BedrockAgentCoreClient({
      endpoint: door.endpoint.url,
      region: 'us-east-1',
      credentials: key,
      maxAttempts: 1,
    });
  return { door, asked, client };
}

const input = (
  body: object,
  more: Partial<InvokeAgentRuntimeCommandInput> = {},
): InvokeAgentRuntimeCommandInput => ({
  agentRuntimeArn: ARN,
  payload: Buffer.from(JSON.stringify(body)),
  contentType: 'application/json',
  ...more,
});

const ENDPOINT_ARN = `${ARN}/runtime-endpoint/DEFAULT`;
const INVOKE: readonly [Grant, Grant] = [
  ['InvokeAgentRuntime', ARN],
  ['InvokeAgentRuntime', ENDPOINT_ARN],
];
const FOR_USER: readonly [Grant, Grant] = [
  ['InvokeAgentRuntimeForUser', ARN],
  ['InvokeAgentRuntimeForUser', ENDPOINT_ARN],
];

describe("AWS's own client", () => {
  it('invokes: answer, content type, session id, status', async () => {
    const { client, door, asked } = await signedDoor();
    const runtimeSessionId = newSession();
    const more = { runtimeSessionId, runtimeUserId: 'alice', qualifier: 'DEFAULT', traceId: 'Root=1' };
    const answer = await client().send(new InvokeAgentRuntimeCommand(input({ do: 'echo' }, more)));
    expect(answer).toMatchObject({ contentType: 'application/json', runtimeSessionId, statusCode: 200 });
    const { headers } = JSON.parse((await answer.response?.transformToString()) ?? '');
    expect(headers).toMatchObject({
      [SESSION_ID_HEADER]: runtimeSessionId,
      [USER_ID_HEADER]: 'alice',
      'content-type': 'application/json',
    });
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('x-amzn-trace-id');
    expect(door.decisions).toMatchObject([
      { outcome: 'allow', sub: 'arn:aws:iam::000000000000:user/operator', method: 'InvokeAgentRuntime' },
    ]);
    expect(asked).toEqual([
      'operator InvokeAgentRuntime ',
      'operator InvokeAgentRuntime /runtime-endpoint/DEFAULT',
      'operator InvokeAgentRuntimeForUser ',
      'operator InvokeAgentRuntimeForUser /runtime-endpoint/DEFAULT',
    ]);
  });

  it('invokes by id and account', async () => {
    const { client } = await signedDoor();
    const by = { agentRuntimeArn: 'hr_agent-abcdefghij', accountId: '000000000000' };
    const answer = await client().send(new InvokeAgentRuntimeCommand(input({ do: 'pid' }, by)));
    expect(answer.statusCode).toBe(200);
  });

  it('reads a stream: the first piece before the agent sends the second', async () => {
    const { client } = await signedDoor();
    const runtimeSessionId = newSession();
    const send = (body: object) =>
      client().send(
        new InvokeAgentRuntimeCommand(input(body, { runtimeSessionId, accept: 'text/event-stream' })),
      );
    const answer = await send({ do: 'stream' });
    expect(answer.contentType).toBe('text/event-stream');
    const reader = answer.response?.transformToWebStream().pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe('data: first\n\n');
    await send({ do: 'finish' });
    expect((await reader?.read())?.value).toBe('data: last\n\n');
  });

  it.each([
    ['ValidationException', 400, {}, { runtimeSessionId: 'short' }],
    ['ResourceNotFoundException', 404, {}, { qualifier: 'PROD' }],
    ['RuntimeClientError', 424, { do: 'status', status: 500 }, {}],
  ] as const)('reads a refusal as %s', async (name, status, body, more) => {
    const { client } = await signedDoor();
    await expect(client().send(new InvokeAgentRuntimeCommand(input(body, more)))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: status, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  it('stops a session once, and is told when there is none', async () => {
    const { client, asked } = await signedDoor();
    const at = { agentRuntimeArn: ARN, runtimeSessionId: newSession() };
    const invoked = await client().send(
      new InvokeAgentRuntimeCommand(input({ do: 'pid' }, { runtimeSessionId: at.runtimeSessionId })),
    );
    await invoked.response?.transformToString();
    const stopped = await client().send(new StopRuntimeSessionCommand(at));
    expect(stopped).toMatchObject({ runtimeSessionId: at.runtimeSessionId, statusCode: 200 });
    await expect(client().send(new StopRuntimeSessionCommand(at))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'session not found or already terminated',
    });
    expect(asked).toContain('operator StopRuntimeSession /runtime-endpoint/DEFAULT');
  });
});

describe('IAM is asked on the runtime and on its endpoint, and both must say yes', () => {
  it.each<readonly [string, readonly Grant[], Partial<InvokeAgentRuntimeCommandInput>, string]>([
    ['nothing', [], {}, ARN],
    ['the runtime only', [INVOKE[0]], {}, ENDPOINT_ARN],
    ['the endpoint only', [INVOKE[1]], {}, ARN],
    ['invoke, and a user is named', INVOKE, { runtimeUserId: 'alice' }, ARN],
    ['the user on the runtime only', [...INVOKE, FOR_USER[0]], { runtimeUserId: 'alice' }, ENDPOINT_ARN],
  ])('%s is allowed: refused with what is missing', async (_, grants, more, resource) => {
    const { client, door } = await signedDoor(grants);
    const action = 'runtimeUserId' in more ? 'InvokeAgentRuntimeForUser' : 'InvokeAgentRuntime';
    await expect(
      client(role).send(new InvokeAgentRuntimeCommand(input({ do: 'echo' }, more))),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: ${ROLE} is not authorized to perform: bedrock-agentcore:${action} on resource: ${resource}`,
    });
    expect(door.decisions).toMatchObject([{ outcome: 'deny', reason: 'not_authorized', sub: ROLE }]);
    expect([door.processCount(), door.issued]).toEqual([0, []]);
  });

  it('the control twin: with both, and for a user with all four, the agent answers', async () => {
    const { client } = await signedDoor([...INVOKE, ...FOR_USER]);
    for (const more of [{}, { runtimeUserId: 'alice' }]) {
      const answer = await client(role).send(new InvokeAgentRuntimeCommand(input({ do: 'pid' }, more)));
      expect(answer.statusCode).toBe(200);
    }
  });
});

describe('a signature is computed again', () => {
  type Sent = { headers: Record<string, string>; body?: unknown };
  /** Sends an invocation of AWS's client, changed after it was signed. */
  async function tampered(change: (sent: Sent) => void, key: AccessKey = operator, clock = 0) {
    const { client, door } = await signedDoor();
    const sdk = client(key);
    sdk.config.systemClockOffset = clock;
    sdk.middlewareStack.add(
      (next) => async (args) => {
        change(args.request as Sent);
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'tamper' },
    );
    const more = { runtimeSessionId: 'a'.repeat(40), runtimeUserId: 'alice' };
    const sent = sdk.send(new InvokeAgentRuntimeCommand(input({ do: 'echo' }, more)));
    const outcome = await sent.then(
      () => 'answered',
      (error: Error) => error.name,
    );
    return { outcome, reasons: door.decisions.map(({ reason }) => reason), started: door.processCount() };
  }

  const foreign = { ...operator, secretAccessKey: `${operator.secretAccessKey}x` };
  const unknown = { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' };

  it('the control twin: unchanged it is let in', async () => {
    expect(await tampered(() => {})).toMatchObject({ outcome: 'answered', reasons: ['authenticated'] });
  });

  it.each<readonly [string, (sent: Sent) => void, AccessKey, number, string]>([
    ['a wrong secret', () => {}, foreign, 0, 'bad_signature'],
    ['an unknown key', () => {}, unknown, 0, 'bad_signature'],
    ['a date ten minutes ago', () => {}, operator, -600_000, 'expired_signature'],
    ['a date in ten minutes', () => {}, operator, 600_000, 'expired_signature'],
    [
      'another body',
      (sent) => {
        const text = JSON.stringify({ do: 'pid', x: 1 });
        sent.body = Buffer.from(text);
        sent.headers['content-length'] = String(text.length);
      },
      operator,
      0,
      'bad_signature',
    ],
    [
      'another session',
      ({ headers }) => {
        headers[SESSION_ID_HEADER] = 'b'.repeat(40);
      },
      operator,
      0,
      'bad_signature',
    ],
    [
      'another user',
      ({ headers }) => {
        headers[USER_ID_HEADER] = 'bob';
      },
      operator,
      0,
      'bad_signature',
    ],
    [
      'a parameter of the service that was not signed',
      ({ headers }) => {
        headers['x-amzn-bedrock-agentcore-runtime-custom-role'] = 'admin';
      },
      operator,
      0,
      'bad_signature',
    ],
    [
      'no signature',
      ({ headers }) => {
        delete headers['authorization'];
      },
      operator,
      0,
      'unsigned',
    ],
  ])('%s is refused, and no agent starts', async (_, change, key, clock, reason) => {
    expect(await tampered(change, key, clock)).toEqual({
      outcome: 'AccessDeniedException',
      reasons: [reason],
      started: 0,
    });
  });

  it('an unsigned request is refused before its body comes', async () => {
    const { door } = await signedDoor();
    const begun = await door.service.begin?.({
      ...{ method: 'POST', path: INVOCATIONS, search: '', headers: {}, rawHeaders: [] },
      ...{ requestId: 'r', signal: new AbortController().signal },
    });
    expect(begun).toMatchObject({ ok: false, error: { status: 403 } });
  });
});
