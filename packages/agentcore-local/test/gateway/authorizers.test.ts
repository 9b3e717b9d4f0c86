/** Gateways that take AWS signatures: AWS_IAM, where IAM has a say, and AUTHENTICATE_ONLY, where it has none. */
import { describe, expect, it } from 'vitest';
import type { Iam } from '../../src/ports.ts';
import {
  createWorld,
  ENDPOINT,
  GATEWAY_ARN,
  lambdaTarget,
  MAIL,
  MANAGER,
  MCP_PATH,
  OPERATOR_KEY,
  policy,
  REPORT,
  ROLE_ARN,
  type Sent,
  signed,
  TOOLS,
  type World,
} from './support.ts';

const CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: REPORT, arguments: { title: 'x' } },
});
const SESSION_ARN = 'arn:aws:sts::000000000000:assumed-role/agent';
const everybody: Iam['allows'] = () => true;
const by = (headers: readonly string[], body = CALL): Sent => ({ token: null, headers, body });
const roleMay = (tool: string, arn = SESSION_ARN) =>
  policy(
    'role_may',
    `permit(principal == AgentCore::IamEntity::"${arn}", action == AgentCore::Action::"${tool}", resource == AgentCore::Gateway::"${GATEWAY_ARN}");`,
  );

const awsIam = (world: World = {}): World => ({
  engine: 'none',
  ...world,
  record: { authorizerType: 'AWS_IAM' },
});
const authenticateOnly = (world: World = {}): World => ({
  engine: 'none',
  ...world,
  record: { authorizerType: 'AUTHENTICATE_ONLY' },
});

describe.each([
  ['AWS_IAM', awsIam],
  ['AUTHENTICATE_ONLY', authenticateOnly],
] as const)('%s', (_type, gateway) => {
  it.each<readonly [id: string, sent: Sent, reason: string]>([
    ['no signature', by([]), 'unsigned'],
    ['a bearer token', { token: MANAGER, body: CALL }, 'unsigned'],
    ['another secret', by(signed(CALL, { ...OPERATOR_KEY, secretAccessKey: 'guessed' })), 'bad_signature'],
    [
      'an unknown key',
      by(signed(CALL, { accessKeyId: 'LOCLNOBODY', secretAccessKey: 's' })),
      'bad_signature',
    ],
    ['another body than was signed', by(signed(CALL), CALL.replace('"x"', '"y"')), 'bad_signature'],
    ['another service', by(signed(CALL, OPERATOR_KEY, { service: 'lambda' })), 'bad_signature'],
    ['another region', by(signed(CALL, OPERATOR_KEY, { region: 'eu-west-1' })), 'bad_signature'],
    ['a bearer and a signature', { token: MANAGER, headers: signed(CALL), body: CALL }, 'unsigned'],
  ])('refuses %s with 403, and calls nothing', async (_id, sent, reason) => {
    const world = createWorld(gateway({ iam: everybody }));
    const refused = await world.send(sent);
    expect(refused.status).toBe(403);
    expect(Object.keys(refused.body)).toEqual(['message']);
    expect(world.calls).toEqual([]);
    expect(world.decisions).toMatchObject([{ kind: 'authentication', outcome: 'deny', reason }]);
    expect(world.decisions[0]).not.toHaveProperty('sub');
    expect((await world.send(by(signed(CALL)))).body.result.isError).toBe(false);
    expect(world.targetCalls()).toHaveLength(1);
  });

  it('refuses an old signature', async () => {
    const world = createWorld(gateway({ iam: everybody }));
    world.setTime(Date.parse('2026-11-02T10:05:01Z'));
    expect((await world.send(by(signed(CALL)))).status).toBe(403);
    expect(world.decisions).toMatchObject([{ reason: 'expired_signature' }]);
  });

  it('has no protected resource metadata', async () => {
    const path = `/.well-known/oauth-protected-resource${MCP_PATH}`;
    const answer = await createWorld(gateway()).send({ token: null, method: 'GET', path });
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain(ENDPOINT);
  });

  it('is a principal IamEntity without the name of a session, and without tags', async () => {
    const tagged = `permit(principal is AgentCore::IamEntity, action == AgentCore::Action::"${MAIL}", resource == AgentCore::Gateway::"${GATEWAY_ARN}") when { principal.id like "*:assumed-role/other" };`;
    const world = createWorld(
      gateway({
        engine: 'ENFORCE',
        iam: everybody,
        targets: [lambdaTarget('Report', TOOLS)],
        policies: [roleMay(REPORT), policy('others_mail', tagged)],
      }),
    );
    const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const { tools } = (await world.send(by(signed(list), list))).body.result;
    expect(tools.map(({ name }) => name)).toEqual([REPORT]);
    expect((await world.send(by(signed(CALL)))).body.result.isError).toBe(false);
    expect(world.decisions.at(-1)).toMatchObject({
      kind: 'authorization',
      outcome: 'allow',
      sub: ROLE_ARN,
      principal: { entityType: 'AgentCore::IamEntity', entityId: SESSION_ARN },
      'aws.agentcore.policy.determining_policies': ['role_may'],
    });
    expect(world.decisions.at(-1)).not.toHaveProperty('iss');
    expect((await world.send(by(signed(CALL, OPERATOR_KEY)))).body.error.code).toBe(-32002);
    expect(world.targetCalls()).toHaveLength(1);
  });
});

describe('AWS_IAM', () => {
  it('asks IAM whether the signer may invoke this gateway, and refuses who may not', async () => {
    const asked: unknown[] = [];
    const world = createWorld(
      awsIam({
        iam: (...question) => {
          asked.push(question);
          return question[0] !== ROLE_ARN;
        },
      }),
    );
    const refused = await world.send(by(signed(CALL)));
    expect(refused.status).toBe(403);
    expect(refused.headers['x-amzn-errortype']).toBe('AccessDeniedException');
    expect(refused.body.message).toContain('not authorized to perform: bedrock-agentcore:InvokeGateway');
    expect(asked).toEqual([[ROLE_ARN, 'bedrock-agentcore:InvokeGateway', GATEWAY_ARN]]);
    expect(world.calls).toEqual([]);
    expect(world.decisions).toMatchObject([
      { kind: 'authentication', outcome: 'deny', reason: 'iam_denied', sub: ROLE_ARN },
    ]);
    expect((await world.send(by(signed(CALL, OPERATOR_KEY)))).body.result.isError).toBe(false);
  });
});

describe('AUTHENTICATE_ONLY', () => {
  it('lets in who signed, without asking IAM about them', async () => {
    const world = createWorld(
      authenticateOnly({
        iam: (arn) => {
          if (arn === ROLE_ARN) throw new Error('asked');
          return true;
        },
      }),
    );
    expect((await world.send(by(signed(CALL)))).body.result.isError).toBe(false);
  });
});

describe('CUSTOM_JWT', () => {
  it('takes no signature, even the operator’s', async () => {
    const world = createWorld({ iam: everybody });
    expect((await world.send(by(signed(CALL, OPERATOR_KEY)))).status).toBe(401);
    expect(world.calls).toEqual([]);
  });
});
