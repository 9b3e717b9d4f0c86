/** tools/call and tools/list: policy, arguments, target. */
import { canonicalJson, type Json, type ToolDefinition } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import type { PolicyRecord } from '../../src/ports.ts';
import {
  createWorld,
  DEVELOPER,
  GATEWAY_ID,
  lambdaTarget,
  MAIL,
  MANAGER,
  mint,
  POLICIES,
  permit,
  policy,
  REPORT,
  type Received,
  returns,
  TOOLS,
  text,
  type World,
} from './support.ts';

const DEFAULT_DENY =
  'Tool Execution Denied: Tool call not allowed due to policy enforcement [No policy applies to the request (denied by default).]';
const denial = (reason: string) =>
  `Tool Execution Denied: Tool call not allowed due to policy enforcement [${reason}]`;
const names = (answer: Received) => answer.body.result.tools.map(({ name }) => name);
const logOnly = { engine: 'LOG_ONLY' } as const satisfies World;
const noEngine = { engine: 'none' } as const satisfies World;

describe('policy in ENFORCE', () => {
  it('lists and lets call what the caller’s scopes permit', async () => {
    const world = createWorld();
    expect(names(await world.rpc('tools/list'))).toEqual([REPORT, MAIL]);
    expect((await world.call(MAIL, { recipient_email: 'a@example.com' })).body.result.isError).toBe(false);
    expect(world.targetCalls()).toHaveLength(1);
    expect(world.decisions.at(-1)).toMatchObject({
      kind: 'authorization',
      outcome: 'allow',
      sub: 'sub-maria',
      client_id: 'people',
      tool: MAIL,
      input_keys: ['recipient_email'],
      'aws.agentcore.gateway.policy.mode': 'ENFORCE',
      'aws.agentcore.policy.authorization_decision': 'ALLOW',
      'aws.agentcore.policy.determining_policies': ['manager_mails'],
    });
  });

  it('GW-01 hides a tool, and refuses the call of the hidden tool by its exact name', async () => {
    const world = createWorld();
    expect(names(await world.rpc('tools/list', {}, { token: DEVELOPER }))).toEqual([REPORT]);
    const refused = await world.call(MAIL, { recipient_email: 'a@example.com' }, { token: DEVELOPER });
    expect(refused.status).toBe(200);
    expect(refused.body).toEqual({ jsonrpc: '2.0', id: 1, error: { code: -32002, message: DEFAULT_DENY } });
    expect(world.calls).toEqual([]);
    expect(world.decisions).toMatchObject([
      {
        kind: 'listing',
        outcome: 'allow',
        'aws.agentcore.policy.allowed_tools': [REPORT],
        'aws.agentcore.policy.denied_tools': [MAIL],
      },
      {
        kind: 'authorization',
        outcome: 'deny',
        sub: 'sub-dev',
        tool: MAIL,
        'aws.agentcore.policy.authorization_decision': 'DENY',
        'aws.agentcore.policy.determining_policies': [],
      },
    ]);
  });

  it.each<readonly [id: string, name: string, args: unknown]>([
    ['a hidden tool', MAIL, { recipient_email: 'a@example.com' }],
    ['a hidden tool with an undeclared argument', MAIL, { recipient_email: 'a', zzz: 1 }],
    ['a hidden tool with a wrong type', MAIL, { recipient_email: 1 }],
    ['a hidden tool with no argument', MAIL, {}],
    ['a tool that does not exist', 'Report___nothing', {}],
    ['a target that does not exist', 'Other___markdown_to_email', {}],
    ['GW-18 a tool without its target', 'markdown_to_email', { recipient_email: 'a' }],
    ['GW-19 a fullwidth letter', '\uFF32eport___format_report', { title: 'x' }],
    ['GW-19 a zero-width joiner', 'Report___format_\u200Dreport', { title: 'x' }],
    ['GW-19 a trailing space', `${REPORT} `, { title: 'x' }],
    ['GW-19 percent encoding', 'Report%5f__format_report', { title: 'x' }],
    ['another case', REPORT.toLowerCase(), { title: 'x' }],
    ['__proto__', '__proto__', {}],
    ['the empty name', '', {}],
  ])('GW-02 answers %s like every tool that is not there', async (_id, name, args) => {
    const world = createWorld();
    const refused = await world.call(name, args, { token: DEVELOPER });
    expect(refused.body).toEqual({ jsonrpc: '2.0', id: 1, error: { code: -32002, message: DEFAULT_DENY } });
    expect(world.calls).toEqual([]);
    expect(world.decisions).toHaveLength(1);
    expect((await world.call(REPORT, { title: 'x' }, { token: DEVELOPER })).body.result.isError).toBe(false);
  });

  it('tells a caller who sees the tool what the engine could not read', async () => {
    const world = createWorld();
    const refused = await world.call(MAIL, { recipient_email: 'a', zzz: 1 });
    expect(refused.body.error.message).not.toBe(DEFAULT_DENY);
    expect(refused.body.error.message).toContain('Tool Execution Denied');
    expect(world.calls).toEqual([]);
  });

  it('names the policy that forbids', async () => {
    const forbid = permit(REPORT, ' when { context.input.title == "secret" }').replace('permit', 'forbid');
    const world = createWorld({ policies: [...POLICIES, policy('no_secrets-abcdefghij', forbid)] });
    expect((await world.call(REPORT, { title: 'secret' })).body.error.message).toBe(
      denial('Policy evaluation denied due to no_secrets-abcdefghij'),
    );
    expect((await world.call(REPORT, { title: 'open' })).body.result.isError).toBe(false);
    expect(world.targetCalls()).toHaveLength(1);
  });

  it('CP-11 denies everything without a policy', async () => {
    const world = createWorld({ policies: [] });
    expect(names(await world.rpc('tools/list'))).toEqual([]);
    expect((await world.call(REPORT, { title: 'x' })).body.error.message).toBe(DEFAULT_DENY);
    expect(world.calls).toEqual([]);
  });

  it('answers a denial as a tool result where that form is chosen', async () => {
    const world = createWorld({ behaviour: { denialForm: 'result' } });
    expect((await world.call(MAIL, { recipient_email: 'a' }, { token: DEVELOPER })).body).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {
        content: [{ type: 'text', text: `AuthorizeActionException - ${DEFAULT_DENY}` }],
        isError: true,
      },
    });
  });

  it('CP-17 judges by a change at once', async () => {
    const world = createWorld();
    expect((await world.call(REPORT, { title: 'x' })).body.result.isError).toBe(false);
    world.change({ policies: [] });
    expect((await world.call(REPORT, { title: 'x' })).body.error.code).toBe(-32002);
    world.change(logOnly);
    expect((await world.call(REPORT, { title: 'x' })).body.result.isError).toBe(false);
  });

  it.each<readonly [id: string, policies: readonly PolicyRecord[] | null]>([
    ['that does not exist', null],
    ['with a policy that cannot be parsed', [...POLICIES, policy('broken', 'permit(principal, action')]],
    ['with a policy of two statements', [policy('two', permit(REPORT).repeat(2))]],
  ])('CP-16 CP-18 allows and lists nothing with an engine %s', async (_id, policies) => {
    const world = createWorld({ policies });
    const refused = await world.call(REPORT, { title: 'x' });
    expect(refused.body.result).toEqual({
      content: [{ type: 'text', text: 'InternalServerException - Policy evaluation failed' }],
      isError: true,
    });
    expect((await world.rpc('tools/list')).body.error).toEqual({
      code: -32603,
      message: 'InternalServerException - Policy evaluation failed',
    });
    expect(world.calls).toEqual([]);
    expect(world.decisions.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['authorization', 'deny'],
      ['listing', 'deny'],
    ]);
    expect(world.errors).toHaveLength(1);
  });
});

describe('policy in LOG_ONLY', () => {
  it('CP-13 changes nothing, and logs what it would have done', async () => {
    const world = createWorld(logOnly);
    expect(names(await world.rpc('tools/list', {}, { token: DEVELOPER }))).toEqual([REPORT, MAIL]);
    const answer = await world.call(MAIL, { recipient_email: 'a' }, { token: DEVELOPER });
    expect(answer.body.result.isError).toBe(false);
    expect(world.targetCalls()).toHaveLength(1);
    expect(world.decisions).toMatchObject([
      { kind: 'listing', outcome: 'allow', 'aws.agentcore.policy.denied_tools': [MAIL] },
      {
        kind: 'authorization',
        outcome: 'allow',
        'aws.agentcore.gateway.policy.mode': 'LOG_ONLY',
        'aws.agentcore.policy.authorization_decision': 'DENY',
      },
    ]);
  });

  it('takes no action even where the engine fails, as AWS does, and logs a denial', async () => {
    const world = createWorld({ ...logOnly, policies: null });
    expect((await world.call(REPORT, { title: 'x' })).body.result.isError).toBe(false);
    expect(world.decisions).toMatchObject([
      {
        outcome: 'allow',
        reason: 'Policy evaluation failed',
        'aws.agentcore.policy.authorization_decision': 'DENY',
      },
    ]);
  });
});

describe('no policy engine', () => {
  it('allows every tool, and says so in the log', async () => {
    const world = createWorld(noEngine);
    expect(names(await world.rpc('tools/list', {}, { token: DEVELOPER }))).toEqual([REPORT, MAIL]);
    expect((await world.call(MAIL, { recipient_email: 'a' }, { token: DEVELOPER })).body.result.isError).toBe(
      false,
    );
    expect(world.decisions.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['allow', 'no_policy_engine'],
      ['allow', 'no_policy_engine'],
    ]);
  });

  it.each(['Report___nothing', 'markdown_to_email', `${REPORT} `])(
    'names an unknown tool %j',
    async (name) => {
      const world = createWorld(noEngine);
      expect((await world.call(name, {})).body.error).toEqual({
        code: -32602,
        message: `Unknown tool: ${name}`,
      });
      expect(world.calls).toEqual([]);
      expect(world.decisions).toMatchObject([{ outcome: 'deny', reason: 'unknown_tool', tool: name }]);
    },
  );

  it('repeats only the beginning of a long name', async () => {
    const answer = await createWorld(noEngine).call('a'.repeat(1_000_000), {});
    expect(answer.text.length).toBeLessThan(500);
  });
});

describe('arguments', () => {
  it.each<readonly [id: string, args: unknown, problem: string]>([
    ['a missing one', {}, "- Missing required field(s): 'title'"],
    ['a wrong type', { title: 5 }, "- Field '/title' has invalid type: integer found, string expected"],
  ])('refuses %s with a text that names it', async (_id, args, problem) => {
    const world = createWorld(noEngine);
    expect((await world.call(REPORT, args)).body.result).toEqual({
      content: [
        {
          type: 'text',
          text: `ValidationException - Parameter validation failed: Invalid request parameters:\n${problem}`,
        },
      ],
      isError: true,
    });
    expect(world.calls).toEqual([]);
    expect((await world.call(REPORT, { title: 'x' })).body.result.isError).toBe(false);
  });

  it('GW-22 names them too where the engine already denied a call that it could not read', async () => {
    const world = createWorld();
    const answer = await world.call(MAIL, { recipient_email: 'a', days: 'ten' });
    expect(answer.body.result.content[0].text).toContain("Field '/days' has invalid type: string found");
    expect(world.calls).toEqual([]);
    expect(world.decisions).toMatchObject([{ kind: 'authorization', outcome: 'deny', tool: MAIL }]);
    expect((await world.call(MAIL, { recipient_email: 'a', days: 10 })).body.result.isError).toBe(false);
  });

  it('asks the policy first: a denied call learns nothing of the schema', async () => {
    const refused = await createWorld().call(MAIL, {}, { token: DEVELOPER });
    expect(refused.body.error.message).toBe(DEFAULT_DENY);
  });

  it('GW-21 lets an argument pass that the schema does not know', async () => {
    const world = createWorld(noEngine);
    await world.call(REPORT, { title: 'x', isAdmin: true });
    expect(world.targetCalls()[0]?.event).toEqual({ title: 'x', isAdmin: true });
  });

  it.each([
    ['a name that is no text', { name: 5, arguments: {} }],
    ['no name', { arguments: {} }],
    ['arguments that are a list', { name: REPORT, arguments: [] }],
    ['arguments that are null', { name: REPORT, arguments: null }],
    ['arguments that are a text', { name: REPORT, arguments: '{}' }],
  ])('refuses %s', async (_id, params) => {
    const world = createWorld(noEngine);
    expect((await world.rpc('tools/call', params)).body.error.code).toBe(-32602);
    expect(world.calls).toEqual([]);
    expect(world.decisions).toMatchObject([
      { kind: 'authorization', outcome: 'deny', reason: 'invalid_params' },
    ]);
  });

  it('takes absent arguments for none', async () => {
    const tool: ToolDefinition = {
      name: 'now',
      description: 'Tells the time.',
      inputSchema: { type: 'object' },
    };
    const world = createWorld({ ...noEngine, targets: [lambdaTarget('Clock', [tool])] });
    await world.rpc('tools/call', { name: 'Clock___now' });
    expect(world.targetCalls('arn:Clock')[0]?.event).toEqual({});
  });
});

describe('Lambda target', () => {
  it('gets the bare arguments as its event and everything else in the client context', async () => {
    const world = createWorld();
    await world.call(REPORT, { title: 'x' });
    expect(world.targetCalls()).toEqual([
      {
        arn: 'arn:Report',
        event: { title: 'x' },
        clientContext: {
          custom: {
            bedrockAgentCoreMessageVersion: '1.0',
            bedrockAgentCoreAwsRequestId: 'request-1',
            bedrockAgentCoreMcpMessageId: '1',
            bedrockAgentCoreGatewayId: GATEWAY_ID,
            bedrockAgentCoreTargetId: 'REPORT0',
            bedrockAgentCoreToolName: REPORT,
          },
        },
      },
    ]);
  });

  it('GW-17 reaches its own function where two targets have a tool of one name', async () => {
    const world = createWorld({
      ...noEngine,
      targets: [lambdaTarget('Hr', TOOLS), lambdaTarget('Hr2', TOOLS)],
    });
    await world.call('Hr2___format_report', { title: 'x' });
    expect([world.targetCalls('arn:Hr').length, world.targetCalls('arn:Hr2').length]).toEqual([0, 1]);
  });

  it('GW-16 splits at the first separator only', async () => {
    const tool: ToolDefinition = { name: 'x___y', description: 'Odd.', inputSchema: { type: 'object' } };
    const world = createWorld({ ...noEngine, targets: [lambdaTarget('A', [tool])] });
    expect((await world.call('A___x___y', {})).body.result.isError).toBe(false);
    expect((await world.call('x___y', {})).body.error.code).toBe(-32602);
  });

  it.each<readonly [id: string, value: Json, shown: string]>([
    ['an object', { status: 'success' }, '{"status":"success"}'],
    ['a text, with its quotes', 'good', '"good"'],
    ['null', null, 'null'],
    ['an HTTP answer, not unwrapped', { statusCode: 200, body: '{}' }, '{"statusCode":200,"body":"{}"}'],
    ['an HTTP error, not unwrapped', { statusCode: 500 }, '{"statusCode":500}'],
    [
      'the shape of an MCP error, not unwrapped',
      { isError: true, content: [] },
      '{"isError":true,"content":[]}',
    ],
    [
      'a tool’s own error, which is a value',
      { error: { code: 'not_found' } },
      '{"error":{"code":"not_found"}}',
    ],
  ])('LT-09 returns %s as one text', async (_id, value, shown) => {
    const world = createWorld({ lambdas: { 'arn:Report': returns(value) } });
    expect((await world.call(REPORT, { title: 'x' })).body.result).toEqual({
      content: [{ type: 'text', text: shown }],
      isError: false,
    });
  });

  const failing: NonNullable<World['lambdas']>[string] = () => ({
    ok: false,
    error: 'Unhandled',
    message: 'arn:secret boom',
  });
  const GENERIC = 'An internal error occurred. Please retry later.';

  it.each<readonly [id: string, fake: NonNullable<World['lambdas']>[string]]>([
    ['throws', failing],
    ['hangs', () => ({ ok: false, error: 'Timeout', message: 'after 3 s' })],
    ['is not there', () => ({ ok: false, error: 'NotFound', message: 'arn:secret' })],
    ['ends', () => ({ ok: false, error: 'Crashed', message: 'exit 1' })],
    ['cannot be reached', () => Promise.reject(new Error('arn:secret'))],
    ['LT-12 returns over 6 MiB', returns('a'.repeat(6 * 1024 * 1024))],
  ])('says nothing of a function that %s', async (_id, fake) => {
    const world = createWorld({ lambdas: { 'arn:Report': fake } });
    expect((await world.call(REPORT, { title: 'x' })).body).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: { content: [{ type: 'text', text: GENERIC }], isError: true },
    });
    expect((await world.rpc('ping')).status).toBe(200);
  });

  it('GW-28 LT-08 tells everything where exceptionLevel is DEBUG, and only there', async () => {
    const lambdas = { 'arn:Report': failing };
    const detail = 'The Lambda function failed: arn:secret boom';
    const world = createWorld({ lambdas, record: { exceptionLevel: 'DEBUG' } });
    expect((await world.call(REPORT, { title: 'x' })).body.result).toEqual({
      content: [{ type: 'text', text: detail }],
      isError: true,
      _meta: { debug: { type: 'text', text: detail } },
    });
    const quiet = createWorld({ lambdas });
    expect((await quiet.call(REPORT, { title: 'x' })).text).not.toContain('secret');
  });
});

describe('tools/list', () => {
  const many = Array.from({ length: 7 }, (_, index) => ({
    name: `tool_${index}`,
    description: 'One of many.',
    inputSchema: { type: 'object', properties: { caller: text } } as const,
  }));
  const manyNames = many.map(({ name }) => `Many___${name}`);
  const paged: World = { ...noEngine, targets: [lambdaTarget('Many', many)], behaviour: { listPageSize: 3 } };

  async function allPages(world: ReturnType<typeof createWorld>, token = MANAGER): Promise<string[][]> {
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const answer = await world.rpc('tools/list', cursor === undefined ? {} : { cursor }, { token });
      pages.push(names(answer));
      cursor = answer.body.result.nextCursor;
    } while (cursor !== undefined && pages.length < 10);
    return pages;
  }

  it('shows name, description and schema of each tool', async () => {
    const { tools } = (await createWorld(noEngine).rpc('tools/list')).body.result;
    expect(tools).toEqual(
      TOOLS.map(({ name, description, inputSchema }) => ({
        name: `Report___${name}`,
        description,
        inputSchema,
      })),
    );
  });

  it('comes in three pages, in order, each tool once', async () => {
    expect(await allPages(createWorld(paged))).toEqual([
      manyNames.slice(0, 3),
      manyNames.slice(3, 6),
      manyNames.slice(6),
    ]);
  });

  it('ends with a full last page', async () => {
    const world = createWorld({ ...paged, targets: [lambdaTarget('Many', many.slice(0, 6))] });
    expect((await allPages(world)).map((page) => page.length)).toEqual([3, 3]);
  });

  it('pages over what the caller sees, so a page never shows how many tools are hidden', async () => {
    const seen = manyNames.filter((_, index) => index % 2 === 0);
    const world = createWorld({
      targets: [lambdaTarget('Many', many)],
      behaviour: { listPageSize: 3 },
      policies: seen.map((name, index) => policy(`even_${index}`, permit(name))),
    });
    expect(await allPages(world)).toEqual([seen.slice(0, 3), seen.slice(3)]);
  });

  it('gives another caller of the same cursor nothing but that caller’s tools', async () => {
    const world = createWorld({
      targets: [lambdaTarget('Many', many)],
      behaviour: { listPageSize: 1 },
      policies: manyNames.map((name, index) =>
        policy(
          `only_maria_${index}`,
          permit(name, index === 0 ? '' : ' when { principal.id == "sub-maria" }'),
        ),
      ),
    });
    const { nextCursor } = (await world.rpc('tools/list')).body.result;
    expect(
      (await world.rpc('tools/list', { cursor: nextCursor }, { token: DEVELOPER })).body.error.code,
    ).toBe(-32602);
    expect(names(await world.rpc('tools/list', { cursor: nextCursor }))).toEqual([manyNames[1]]);
  });

  const cursorOf = (value: string) => Buffer.from(value).toString('base64url');

  it.each<readonly [id: string, cursor: unknown]>([
    ['of nobody’s', 'zzzz'],
    ['that is empty', ''],
    ['that is a number', 3],
    ['that is null', null],
    ['beyond the end', cursorOf('1.7')],
    ['of the beginning', cursorOf('1.0')],
    ['below the beginning', cursorOf('1.-3')],
    ['of another revision', cursorOf('2.3')],
    ['with something behind it', cursorOf('1.3 ')],
  ])('refuses a cursor %s', async (_id, cursor) => {
    const world = createWorld(paged);
    expect((await world.rpc('tools/list', { cursor })).body.error.code).toBe(-32602);
    expect(names(await world.rpc('tools/list', { cursor: cursorOf('1.3') }))).toEqual(manyNames.slice(3, 6));
  });

  it('comes in one page where pagination is off, however long', async () => {
    const world = createWorld({
      ...paged,
      record: { protocolConfiguration: { mcp: { disableMcpListToolsPagination: true } } },
    });
    expect(await allPages(world)).toEqual([manyNames]);
  });

  it('refuses a cursor from before a change', async () => {
    const world = createWorld(paged);
    const { nextCursor } = (await world.rpc('tools/list')).body.result;
    world.change({ targets: [lambdaTarget('Many', many.slice(1))] });
    expect((await world.rpc('tools/list', { cursor: nextCursor })).body.error.code).toBe(-32602);
  });

  it('whatever is allowed for some input is listed (B8)', async () => {
    const world = createWorld({
      policies: [
        policy('short', permit(MAIL, ' when { context.input has days && context.input.days <= 10 }')),
      ],
    });
    expect(names(await world.rpc('tools/list', {}, { token: mint({ scope: 'hr/invoke' }) }))).toEqual([MAIL]);
    expect((await world.call(MAIL, { recipient_email: 'a', days: 10 })).body.result.isError).toBe(false);
    expect((await world.call(MAIL, { recipient_email: 'a', days: 11 })).body.error.code).toBe(-32002);
  });
});

describe('a gateway that cannot be served as configured', () => {
  const target = lambdaTarget('Report', TOOLS);
  const broken = (targetConfiguration: Json) => ({ targets: [{ ...target, targetConfiguration }] });

  it.each<readonly [id: string, world: World, named: string]>([
    ['an OpenAPI target', broken({ mcp: { openApiSchema: { inlinePayload: '{}' } } }), 'target Report'],
    [
      'a target without tools',
      broken({ mcp: { lambda: { lambdaArn: 'arn:x', toolSchema: { inlinePayload: [] } } } }),
      'target Report',
    ],
    [
      'a schema with an enum',
      broken({
        mcp: {
          lambda: {
            lambdaArn: 'arn:x',
            toolSchema: {
              inlinePayload: [{ name: 'a', description: 'b', inputSchema: { type: 'object', enum: ['x'] } }],
            },
          },
        },
      }),
      'target Report',
    ],
    [
      'a schema that is no object',
      { targets: [lambdaTarget('A', [{ name: 'a', description: 'b', inputSchema: text }])] },
      'A___a',
    ],
    ['GW-16 a target with an underscore', { targets: [lambdaTarget('A_', TOOLS)] }, 'A_'],
    ['two targets of one name', { targets: [target, target] }, REPORT],
    [
      'two REQUEST interceptors',
      {
        record: {
          interceptorConfigurations: ['a', 'b'].map((arn) => ({
            interceptor: { lambda: { arn } },
            interceptionPoints: ['REQUEST'],
          })),
        },
      },
      'REQUEST',
    ],
    [
      'an interceptor with a payload filter that is none',
      {
        record: {
          interceptorConfigurations: [
            {
              interceptor: { lambda: { arn: 'a' } },
              interceptionPoints: ['REQUEST'],
              inputConfiguration: { passRequestHeaders: true, payloadFilter: {} },
            },
          ],
        },
      },
      'interceptorConfigurations',
    ],
    [
      'a session of less than 15 minutes',
      {
        record: {
          protocolConfiguration: { mcp: { sessionConfiguration: { sessionTimeoutInSeconds: 899 } } },
        },
      },
      'sessionTimeoutInSeconds',
    ],
    [
      'a session of more than 8 hours',
      {
        record: {
          protocolConfiguration: { mcp: { sessionConfiguration: { sessionTimeoutInSeconds: 28_801 } } },
        },
      },
      'sessionTimeoutInSeconds',
    ],
    [
      'a search that is not semantic',
      { record: { protocolConfiguration: { mcp: { searchType: 'KEYWORD' } } } },
      'searchType',
    ],
    [
      'a setting that nobody knows',
      { record: { protocolConfiguration: { mcp: { newSetting: true } } } },
      'protocolConfiguration',
    ],
    [
      'no version that is served',
      { record: { protocolConfiguration: { mcp: { supportedVersions: ['2024-11-05'] } } } },
      'supportedVersions',
    ],
    [
      'an authorizer that checks nothing',
      {
        record: {
          authorizerConfiguration: {
            customJWTAuthorizer: { discoveryUrl: 'https://idp.example/.well-known/openid-configuration' },
          },
        },
      },
      'authorizerConfiguration',
    ],
    [
      'an issuer over http',
      {
        record: {
          authorizerConfiguration: {
            customJWTAuthorizer: {
              discoveryUrl: 'http://idp.example/.well-known/openid-configuration',
              allowedClients: ['a'],
            },
          },
        },
      },
      'http',
    ],
  ])('answers nothing with %s, and names it', async (_id, world, named) => {
    const broken = createWorld(world);
    const refused = await broken.call(REPORT, { title: 'x' });
    expect(refused.status).toBe(500);
    expect(refused.body.message).toContain(named);
    expect(broken.calls).toEqual([]);
  });

  it('is served once it is repaired', async () => {
    const world = createWorld(broken({}));
    expect((await world.rpc('ping')).status).toBe(500);
    world.change({ targets: [target] });
    expect((await world.rpc('ping')).status).toBe(200);
  });

  it('refuses a behaviour that does not exist', () => {
    expect(() => createWorld({ behaviour: { listPageSize: 0 } })).toThrow(TypeError);
    expect(() => createWorld({ behaviour: { verifiedTokenCacheSize: -1 } })).toThrow(TypeError);
    expect(() => createWorld({ behaviour: { interceptorTimeoutMs: 0 } })).toThrow(TypeError);
    // @ts-expect-error: a word that plain JavaScript could pass
    expect(() => createWorld({ behaviour: { denialForm: 'both' } })).toThrow(TypeError);
    // @ts-expect-error: a word that plain JavaScript could pass
    expect(() => createWorld({ behaviour: { searchUnderPolicy: 'open' } })).toThrow(TypeError);
  });
});

describe('one decision, one object', () => {
  it('IC-03 the target gets exactly the arguments that were decided on', async () => {
    const args = { title: 'x', caller: 'c' };
    const world = createWorld();
    await world.call(REPORT, args);
    expect(canonicalJson(world.targetCalls()[0]?.event ?? null)).toBe(canonicalJson(args));
    expect(world.decisions[0]?.input_keys).toEqual(['caller', 'title']);
  });
});
