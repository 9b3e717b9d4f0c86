/**
 * What a gateway does as its role is held to the role's policies. The caller learns what AWS tells: next to nothing. The
 * decision log names the action and the resource that are missing.
 */
import { describe, expect, test } from 'vitest';
import {
  BASE_RECORD,
  createWorld,
  ENGINE_ARN,
  GATEWAY_ARN,
  interceptor,
  REPORT,
  returns,
  type World,
} from './support.ts';

const ROLE = BASE_RECORD.roleArn;
const ARGUMENTS = { title: 'Leave' };
const INTERNAL = 'An internal error occurred. Please retry later.';
const POLICY_FAILED = 'InternalServerException - Policy evaluation failed';

/** A world whose gateway may do everything but one action on one resource. */
const lacking = (action: string, resource: string, world: World = {}) =>
  createWorld({
    ...world,
    iam: (arn, asked, on) => arn === ROLE && !(asked === action && on === resource),
  });

const lastMissing = (world: ReturnType<typeof createWorld>): unknown =>
  world.decisions.findLast((one) => one['local.missing_permission'] !== undefined)?.[
    'local.missing_permission'
  ];

describe('lambda:InvokeFunction', () => {
  const missing = 'lambda:InvokeFunction on arn:Report';

  test('of a target: the function is not invoked, and the caller learns nothing', async () => {
    const world = lacking('lambda:InvokeFunction', 'arn:Report');
    const { body, text } = await world.call(REPORT, ARGUMENTS);
    expect(body.result).toMatchObject({ isError: true, content: [{ text: INTERNAL }] });
    expect(text).not.toContain('InvokeFunction');
    expect(world.calls).toEqual([]);
    expect(world.decisions.at(-1)).toMatchObject({
      ...{ kind: 'request', outcome: 'deny', reason: 'gateway_role_not_allowed', tool: REPORT },
      'local.missing_permission': missing,
    });
  });

  test("in DEBUG the caller gets AWS's sentence", async () => {
    const record = { exceptionLevel: 'DEBUG' } as const;
    const world = lacking('lambda:InvokeFunction', 'arn:Report', { record });
    const { body } = await world.call(REPORT, ARGUMENTS);
    expect(body.result.content[0].text).toBe(
      'Access denied while invoking Lambda function arn:Report. Check the permissions on the Lambda function and Gateway execution role, and retry the request.',
    );
  });

  test('of another function alone changes nothing', async () => {
    const world = lacking('lambda:InvokeFunction', 'arn:Other');
    expect((await world.call(REPORT, ARGUMENTS)).body.result.isError).toBe(false);
    expect(world.targetCalls()).toHaveLength(1);
  });

  test.each(['REQUEST', 'RESPONSE'])('of the %s interceptor: no answer leaves', async (point) => {
    const record = { interceptorConfigurations: [interceptor([point])] };
    const world = lacking('lambda:InvokeFunction', `arn:${point}`, {
      record,
      lambdas: { [`arn:${point}`]: returns(null) },
    });
    const { body } = await world.call(REPORT, ARGUMENTS);
    expect(body.error).toMatchObject({ code: -32603, message: INTERNAL });
    expect(world.targetCalls(`arn:${point}`)).toEqual([]);
    expect(world.targetCalls()).toHaveLength(point === 'REQUEST' ? 0 : 1);
    expect(lastMissing(world)).toBe(`lambda:InvokeFunction on arn:${point}`);
  });
});

const CALL_ROWS = [
  ['bedrock-agentcore:GetPolicyEngine', ENGINE_ARN],
  ['bedrock-agentcore:AuthorizeAction', ENGINE_ARN],
  ['bedrock-agentcore:AuthorizeAction', GATEWAY_ARN],
] as const;

describe('a call whose policies may not be evaluated', () => {
  test.each(CALL_ROWS)('CP-16 without %s on %s: denied in ENFORCE', async (action, resource) => {
    const world = lacking(action, resource);
    const { body } = await world.call(REPORT, ARGUMENTS);
    expect(body.result).toMatchObject({ isError: true, content: [{ text: POLICY_FAILED }] });
    expect(world.calls).toEqual([]);
    expect(world.decisions.at(-1)).toMatchObject({
      outcome: 'deny',
      'aws.agentcore.policy.authorization_decision': 'DENY',
      'local.missing_permission': `${action} on ${resource}`,
    });
  });

  test.each(CALL_ROWS)(
    'CP-16 without %s on %s: passes in LOG_ONLY, nothing evaluated',
    async (action, resource) => {
      const world = lacking(action, resource, { engine: 'LOG_ONLY' });
      expect((await world.call(REPORT, ARGUMENTS)).body.result.isError).toBe(false);
      const [decision] = world.decisions;
      expect(decision).toMatchObject({ outcome: 'allow', reason: 'policy_not_evaluated' });
      expect(decision).not.toHaveProperty(['aws.agentcore.policy.authorization_decision']);
      expect(lastMissing(world)).toBe(`${action} on ${resource}`);
    },
  );
});

describe('a listing whose policies may not be evaluated', () => {
  const rows = [
    ['bedrock-agentcore:GetPolicyEngine', ENGINE_ARN],
    ['bedrock-agentcore:PartiallyAuthorizeActions', ENGINE_ARN],
    ['bedrock-agentcore:PartiallyAuthorizeActions', GATEWAY_ARN],
  ] as const;

  test.each(rows)(
    'CP-16 without %s on %s: shows nothing in ENFORCE, all in LOG_ONLY',
    async (action, resource) => {
      const enforced = lacking(action, resource);
      expect((await enforced.rpc('tools/list', {})).body.error.message).toBe(POLICY_FAILED);
      expect(lastMissing(enforced)).toBe(`${action} on ${resource}`);
      const logged = lacking(action, resource, { engine: 'LOG_ONLY' });
      expect((await logged.rpc('tools/list', {})).body.result.tools).toHaveLength(2);
    },
  );

  test('the search tool finds nothing then', async () => {
    const record = {
      protocolConfiguration: { mcp: { supportedVersions: ['2025-11-25'], searchType: 'SEMANTIC' } },
    };
    const asked = { query: 'report' };
    const world = lacking('bedrock-agentcore:PartiallyAuthorizeActions', ENGINE_ARN, { record });
    const { body } = await world.call('x_amz_bedrock_agentcore_search', asked);
    expect(body.result).toMatchObject({ isError: true, content: [{ text: POLICY_FAILED }] });
    expect(
      (await createWorld({ record }).call('x_amz_bedrock_agentcore_search', asked)).body.result.isError,
    ).toBe(false);
  });
});
