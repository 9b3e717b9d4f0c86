/** Where decisions and roles are read: the local log, CloudWatch's spans as AWS names their fields, the user pool. */
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, test } from 'vitest';
import { cloudWatchDecisions, localDecisions, readRoles } from '../../src/index.ts';
import { type FakeCall, fakeAws } from '../support/fake-aws.ts';

const GATEWAY = 'arn:aws:bedrock-agentcore:us-east-1:111122223333:gateway/agent-dev-0123456789';
const ENGINE = 'arn:aws:bedrock-agentcore:us-east-1:111122223333:policy-engine/agent_dev-abcdefghij';

const span = (name: string, request: string, attributes: object) => ({
  message: JSON.stringify({
    ...{ name, traceId: 't', spanId: 's', startTimeUnixNano: '1790862601954000000' },
    attributes: { 'aws.request.id': request, 'aws.resource.arn': GATEWAY, ...attributes },
  }),
});

/** The spans that one call leaves. */
const call = (request: string, sub: string, decision: string, policies: readonly string[], more = {}) => [
  span('AgentCore.Gateway.InboundAuth', request, { 'jwt.sub': sub, 'jwt.token_use': 'access' }),
  span('AgentCore.Gateway.InvokeTool', request, {
    'tool.name': 'MailTarget___send',
    'aws.agentcore.policy.authorization_decision': decision,
  }),
  span('AgentCore.Policy.AuthorizeAction', request, {
    'aws.agentcore.gateway.policy.arn': ENGINE,
    'aws.agentcore.gateway.policy.mode': 'LOG_ONLY',
    'aws.agentcore.policy.authorization_decision': decision,
    'aws.agentcore.policy.determining_policies': policies,
    ...more,
  }),
];

async function read(pages: readonly (readonly object[])[]) {
  const calls: FakeCall[] = [];
  const client = new CloudWatchLogsClient(
    await fakeAws((one) => {
      calls.push(one);
      const at = calls.length - 1;
      const more = at + 1 < pages.length ? { nextToken: `p${at + 1}` } : {};
      return { body: { events: pages[at], ...more } };
    }),
  );
  try {
    return { decisions: await cloudWatchDecisions(client, GATEWAY).since(new Date(5000)), calls };
  } finally {
    client.destroy();
  }
}

describe('CloudWatch', () => {
  test('the spans of a request, over two pages, are one decision with caller, tool and engine', async () => {
    const [auth, invoke, decided] = call('r-1', 'sub-1', 'ALLOW', ['may-abcdefghij']);
    const { decisions, calls } = await read([[auth ?? {}, decided ?? {}], [invoke ?? {}]]);
    expect(decisions).toEqual([
      {
        ...{ time: '2026-10-01T13:50:01.954Z', requestId: 'r-1', gatewayArn: GATEWAY, engineArn: ENGINE },
        ...{ tool: 'MailTarget___send', iss: undefined, sub: 'sub-1', verdict: 'ALLOW' },
        ...{ determiningPolicies: ['may-abcdefghij'], mismatchedPolicies: [] },
      },
    ]);
    expect(calls.map(({ operation, input }) => [operation, input['nextToken']])).toEqual([
      ['FilterLogEvents', undefined],
      ['FilterLogEvents', 'p1'],
    ]);
    expect(calls[0]?.input).toMatchObject({
      logGroupName: 'aws/spans',
      startTime: 5000,
      filterPattern: `"${GATEWAY}"`,
    });
  });

  test('a time that is a JSON number is read, and is never later than it was', async () => {
    const spans = call('r-1', 'one', 'ALLOW', []).map(({ message }) => ({
      message: message.replace('"1790862601954000000"', '1790862601954000000'),
    }));
    const { decisions } = await read([spans]);
    expect(decisions.map(({ time }) => time)).toEqual([
      expect.stringMatching(/^2026-10-01T13:50:01\.95[34]Z$/),
    ]);
  });

  test('callers of two requests are not mixed up', async () => {
    const { decisions } = await read([
      [...call('r-1', 'one', 'ALLOW', []), ...call('r-2', 'two', 'DENY', [])],
    ]);
    expect(decisions.map(({ sub, verdict }) => [sub, verdict])).toEqual([
      ['one', 'ALLOW'],
      ['two', 'DENY'],
    ]);
  });

  test('a decision without a request id has no caller and no tool, whatever other spans say', async () => {
    const { decisions } = await read([call('', 'one', 'ALLOW', [])]);
    expect(decisions).toMatchObject([{ requestId: '', sub: undefined, tool: undefined }]);
  });

  test('mismatched policies are told, and an evaluation that failed is no verdict', async () => {
    const reason = 'InternalServerException - Policy evaluation failed';
    const { decisions } = await read([
      call('r-1', 'one', 'DENY', [], {
        'aws.agentcore.policy.mismatched_policies': ['never-abcdefghij'],
        'aws.agentcore.policy.authorization_reason': reason,
      }),
    ]);
    expect(decisions).toMatchObject([{ mismatchedPolicies: ['never-abcdefghij'], verdict: undefined }]);
  });

  test('other events of the group, and listings, are no decisions', async () => {
    const listing = span('AgentCore.Policy.PartiallyAuthorizeActions', 'r', {});
    expect((await read([[{ message: 'START' }, { message: '{"name":1}' }, {}, listing]])).decisions).toEqual(
      [],
    );
  });
});

describe('the local log', () => {
  const record = {
    ...{ time: '2026-06-01T00:00:00.000Z', request_id: 'r-1', door: 'gateway', kind: 'authorization' },
    ...{
      outcome: 'allow',
      reason: 'x',
      resource: GATEWAY,
      sub: 'sub-1',
      iss: 'issuer',
      tool: 'MailTarget___send',
    },
    'aws.agentcore.gateway.policy.arn': ENGINE,
    'aws.agentcore.policy.authorization_decision': 'DENY',
    'aws.agentcore.policy.determining_policies': ['never-abcdefghij'],
  };

  test('what the engine said is the verdict, not what came of the call', async () => {
    const lines = [record, { ...record, kind: 'listing' }, { ...record, door: 'runtime' }];
    const text = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
    const asked: string[] = [];
    const source = localDecisions(async (since) => {
      asked.push(since);
      return text;
    });
    expect(await source.since(new Date(0))).toMatchObject([
      { verdict: 'DENY', requestId: 'r-1', gatewayArn: GATEWAY, engineArn: ENGINE, sub: 'sub-1' },
    ]);
    expect(asked).toEqual(['1970-01-01T00:00:00.000Z']);
  });

  test('a log that cannot be read is no evidence', async () => {
    await expect(localDecisions(async () => '{"half":').since(new Date(0))).rejects.toThrow();
  });
});

describe('roles', () => {
  const MEMBERS: Readonly<Record<string, readonly string[]>> = {
    managers: ['a', 'both'],
    developers: ['b', 'both'],
  };
  async function roles() {
    const client = new CognitoIdentityProviderClient(
      await fakeAws(({ input }) => {
        const group = String(input['GroupName']);
        const subs = MEMBERS[group] ?? [];
        return {
          body: { Users: subs.map((Value) => ({ Username: Value, Attributes: [{ Name: 'sub', Value }] })) },
        };
      }),
    );
    const pool = { userPoolId: 'us-east-1_abc', issuer: 'issuer', machineClientIds: { manager: 'client-1' } };
    return readRoles(client, pool, Object.keys(MEMBERS)).finally(() => client.destroy());
  }

  test.each([
    ['a person by the group', { sub: 'a', iss: 'issuer' }, 'managers'],
    ['a machine by its client', { sub: 'client-1', iss: 'issuer' }, 'machine:manager'],
    ['somebody of whom the log has no issuer', { sub: 'b', iss: undefined }, 'developers'],
    ['somebody in two groups is of no one role', { sub: 'both', iss: 'issuer' }, undefined],
    ['the same subject of another issuer is somebody else', { sub: 'a', iss: 'other' }, undefined],
    ['nobody', { sub: undefined, iss: 'issuer' }, undefined],
    ['who is not in the pool', { sub: 'constructor', iss: 'issuer' }, undefined],
  ])('%s', async (_what, caller, role) => {
    expect((await roles())(caller)).toBe(role);
  });
});
