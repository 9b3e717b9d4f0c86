/** Rows of attack group CP through the whole gateway: the denial, whose it is, that no target ran, and the twin that runs. */
import type { ToolDefinition } from '@secure-agent/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createWorld,
  DEVELOPER,
  GATEWAY_ARN,
  lambdaTarget,
  MAIL,
  MANAGER,
  mint,
  NOW,
  POLICIES,
  permit,
  policy,
  REPORT,
  type Received,
  text,
  type World,
} from './support.ts';

type Args = Readonly<Record<string, unknown>>;

const DENIED = 'Tool Execution Denied';
const PAY = 'Pay___send';
const PAY_TOOL: ToolDefinition = {
  name: 'send',
  description: 'Pays.',
  inputSchema: {
    type: 'object',
    properties: { amount: { type: 'integer' }, to: text, caller: text },
    required: ['amount'],
  },
};
const forbid = (tool: string, rest: string): string => permit(tool, ` ${rest}`).replace('permit', 'forbid');
const names = ({ body }: Received) => body.result.tools.map(({ name }) => name);
const isDenied = ({ status, body }: Received): boolean =>
  status === 200 && body.error?.code === -32002 && body.error.message.startsWith(DENIED);

/** A broad permit, and a forbid that is to narrow it. */
const fenced = (rest: string, world: World = {}) =>
  createWorld({
    targets: [lambdaTarget('Pay', [PAY_TOOL])],
    policies: [policy('everybody', permit(PAY)), policy('fence', forbid(PAY, rest))],
    ...world,
  });

describe('a forbid that Cedar would skip because of what the caller sent', () => {
  it.each<readonly [row: string, fence: string, hostile: Args, good: Args, claims: Args]>([
    [
      'CP-01 an optional argument left out',
      'when { context.input.to == "x" }',
      { amount: 1 },
      { amount: 1, to: 'y' },
      {},
    ],
    [
      'CP-02 a claim left out',
      'when { principal.getTag("department") == "x" }',
      { amount: 1 },
      { amount: 1 },
      { department: 'y' },
    ],
    [
      'CP-02 a claim left out of an unless',
      'unless { principal.getTag("mfa") == "true" }',
      { amount: 1 },
      { amount: 1 },
      { mfa: true },
    ],
    [
      'CP-03 a product that overflows',
      'when { context.input.amount * 10000 > 1000000 }',
      { amount: Number.MAX_SAFE_INTEGER },
      { amount: 100 },
      {},
    ],
    [
      'CP-06 text that is no date',
      'when { datetime(context.input.to) < datetime("2020-01-01") }',
      { amount: 1, to: 'garbage' },
      { amount: 1, to: '2026-01-01' },
      {},
    ],
    [
      'CP-06 five decimal places',
      'when { decimal(context.input.to) == decimal("1.0") }',
      { amount: 1, to: '1.00001' },
      { amount: 1, to: '1.0001' },
      {},
    ],
  ])('%s', async (_row, fence, hostile, good, claims) => {
    const world = fenced(fence);
    expect(isDenied(await world.call(PAY, hostile))).toBe(true);
    expect(world.calls).toEqual([]);
    expect(world.decisions).toMatchObject([
      {
        ...{ outcome: 'deny', tool: PAY, 'local.aws_would_decide': 'ALLOW' },
        'aws.agentcore.gateway.policy.mode': 'ENFORCE',
        'aws.agentcore.policy.mismatched_policies': ['fence'],
      },
    ]);
    const twin = await world.call(PAY, good, { token: mint(claims) });
    expect([twin.body.result.isError, world.targetCalls('arn:Pay')]).toMatchObject([
      false,
      [{ event: good }],
    ]);
  });

  it('CP-03 a number beyond 2^53, of which nobody can say what it was, reaches no target', async () => {
    const world = fenced('when { context.input.amount * 100 > 1000000 }');
    const { body } = await world.call(PAY, { amount: 900_719_925_474_099_100 });
    expect([body.result.isError, world.calls]).toEqual([true, []]);
    expect(world.decisions).toMatchObject([
      {
        ...{ outcome: 'deny', 'local.aws_would_decide': 'ALLOW' },
        'aws.agentcore.policy.mismatched_policies': ['fence'],
      },
    ]);
    expect((await world.call(PAY, { amount: 10_000 })).body.result.isError).toBe(false);
  });

  it('CP-04 a number as text: the engine refuses it, and the argument check does where there is no engine', async () => {
    const fence = 'when { context.input.amount > 100 }';
    const world = fenced(fence);
    const refused = await world.call(PAY, { amount: '101' });
    expect(refused.body.result).toMatchObject({ isError: true });
    expect(world.decisions).toMatchObject([
      {
        outcome: 'deny',
        reason: 'Policy evaluation failed: input.amount must be an integer.',
        'aws.agentcore.policy.authorization_decision': 'DENY',
      },
    ]);
    expect((await world.call(PAY, { amount: 101 })).body.error.message).toContain('denied due to fence');
    expect(world.calls).toEqual([]);
    expect((await world.call(PAY, { amount: 100 })).body.result.isError).toBe(false);

    const open = fenced(fence, { engine: 'none' });
    const checked = await open.call(PAY, { amount: '101' });
    expect([checked.body.result.isError, checked.body.result.content[0].text]).toEqual([
      true,
      expect.stringContaining('Parameter validation failed'),
    ]);
    expect(open.calls).toEqual([]);
    expect((await open.call(PAY, { amount: 101 })).body.result.isError).toBe(false);
  });
});

describe('a right is the whole word of a scope', () => {
  const WHOLE = ['== "hr/manager"', 'like "hr/manager *"', 'like "* hr/manager"', 'like "* hr/manager *"'];
  const asked = WHOLE.map((form) => `principal.getTag("scope") ${form}`).join(' || ');
  const policies = [policy('managers', permit(MAIL, ` when { principal.hasTag("scope") && (${asked}) }`))];
  const mail = { recipient_email: 'a@example.com' };

  it.each(['notmanager', 'x/manager-readonly', 'hr/managers', 'evil/hr/manager'])(
    'CP-07 %s is another scope',
    async (scope) => {
      const world = createWorld({ policies });
      const token = mint({ scope: `hr/invoke ${scope}` });
      expect(isDenied(await world.call(MAIL, mail, { token }))).toBe(true);
      expect(names(await world.rpc('tools/list', {}, { token }))).toEqual([]);
      expect(world.calls).toEqual([]);
      expect((await world.call(MAIL, mail)).body.result.isError).toBe(false);
    },
  );

  it.each(['hr/invoker', 'nothr/invoke', 'evil/hr/invoke', 'hr/invoke-readonly'])(
    'CP-07 the authorizer takes %s for no scope of its own, whatever policies say',
    async (scope) => {
      const world = createWorld({ engine: 'none' });
      const refused = await world.call(MAIL, mail, { token: mint({ scope }) });
      expect([refused.status, refused.headers['www-authenticate']]).toEqual([
        403,
        expect.stringContaining('insufficient_scope'),
      ]);
      expect(world.calls).toEqual([]);
      expect((await world.call(MAIL, mail)).status).toBe(200);
    },
  );

  it.each<[string, unknown]>([
    ['CP-08 a group whose name ends its own quotes', ['a","hr/manager']],
    ['CP-08 an object that holds the word', { 'hr/manager': false }],
  ])('%s gives no scope', async (_row, groups) => {
    const world = createWorld({ policies });
    const claims = { 'cognito:groups': groups };
    const token = mint({ ...claims, scope: 'hr/invoke' });
    expect(isDenied(await world.call(MAIL, mail, { token }))).toBe(true);
    expect(world.calls).toEqual([]);
    expect((await world.call(MAIL, mail, { token: mint(claims) })).body.result.isError).toBe(false);
  });
});

it('CP-14 a forbid in LOG_ONLY forbids nothing though the gateway enforces, and the log says what it would', async () => {
  const fence = policy('fence', forbid(REPORT, ''));
  const world = createWorld({ policies: [...POLICIES, { ...fence, enforcementMode: 'LOG_ONLY' }] });
  expect((await world.call(REPORT, { title: 'x' })).body.result.isError).toBe(false);
  expect(world.decisions).toMatchObject([
    {
      'aws.agentcore.gateway.policy.mode': 'ENFORCE',
      'aws.agentcore.policy.log_only_decision_flipping_policies': ['fence'],
    },
  ]);
  world.change({ policies: [...POLICIES, fence] });
  expect(isDenied(await world.call(REPORT, { title: 'x' }))).toBe(true);
  expect(world.targetCalls()).toHaveLength(1);
});

it('CP-17 from the change on every call is denied: who was allowed before, who is new, and many at once', async () => {
  const world = createWorld();
  const ask = (token: string) => world.call(REPORT, { title: 'x' }, { token });
  expect((await ask(MANAGER)).body.result.isError).toBe(false);
  world.change({ policies: [policy('nobody', forbid(REPORT, ''))] });
  for (const second of [0, 1, 5, 20]) {
    world.setTime(NOW + second * 1000);
    const tokens = Array.from({ length: 12 }, (_, n) => mint({ sub: `new-${second}-${n}` }));
    const answers = await Promise.all([MANAGER, ...tokens, MANAGER].map(ask));
    expect(answers.filter((answer) => !isDenied(answer))).toEqual([]);
    expect(names(await world.rpc('tools/list'))).toEqual([]);
  }
  expect(world.targetCalls()).toHaveLength(1);
  world.change({ policies: POLICIES });
  expect((await ask(MANAGER)).body.result.isError).toBe(false);
});

describe('CP-21 an engine that two gateways share', () => {
  const OTHER = GATEWAY_ARN.replace('demo', 'other');
  const there = (statement: string) => statement.replaceAll(GATEWAY_ARN, OTHER);
  const SHARED = [policy('reports_there', there(permit(REPORT))), policy('mails_here', permit(MAIL))];

  it('a permit of the other gateway is none here, and is one there', async () => {
    const here = createWorld({ policies: SHARED });
    expect(names(await here.rpc('tools/list'))).toEqual([MAIL]);
    expect(isDenied(await here.call(REPORT, { title: 'x' }))).toBe(true);
    expect(here.calls).toEqual([]);
    const other = createWorld({ policies: SHARED, record: { gatewayArn: OTHER } });
    expect(names(await other.rpc('tools/list'))).toEqual([REPORT]);
    expect((await other.call(REPORT, { title: 'x' })).body.result.isError).toBe(false);
    expect(isDenied(await other.call(MAIL, { recipient_email: 'a' }))).toBe(true);
  });

  it('a forbid of the other gateway, one that errs too, takes nothing away here', async () => {
    const errs = there(forbid(MAIL, 'when { principal.getTag("none") == "x" }'));
    const policies = [...SHARED, policy('errs_there', errs), policy('none_there', there(forbid(MAIL, '')))];
    const world = createWorld({ policies });
    expect((await world.call(MAIL, { recipient_email: 'a' })).body.result.isError).toBe(false);
    expect(world.decisions[0]).toMatchObject({ 'aws.agentcore.policy.mismatched_policies': [] });
  });
});

describe('a subject and its claims are data', () => {
  const only = (principal: string, when = '') =>
    [policy('one', permit(REPORT, when).replace('principal is AgentCore::OAuthUser', principal))] as const;

  it.each([
    ['sub-maria"', 200],
    // The authorizer takes no control character in a subject.
    ['sub-maria\n', 401],
    ['sub-maria::', 200],
    ['sub-maria\\', 200],
    ['AgentCore::OAuthUser::"sub-maria"', 200],
    ['x"); permit(principal, action, resource); //', 200],
  ] as const)('CP-22 %j is not the subject that the policy names', async (sub, status) => {
    const world = createWorld({ policies: only('principal == AgentCore::OAuthUser::"sub-maria"') });
    const answer = await world.call(REPORT, { title: 'x' }, { token: mint({ sub }) });
    expect([answer.status, isDenied(answer)]).toEqual([status, status === 200]);
    expect(world.calls).toEqual([]);
    expect((await world.call(REPORT, { title: 'x' })).body.result.isError).toBe(false);
  });

  it.each<readonly [row: string, when: string, claims: Args]>([
    ['CP-24 a claim named id', 'principal.id == "sub-maria"', { sub: 'sub-dev', id: 'sub-maria' }],
    [
      'CP-24 another claim with the subject of somebody',
      'principal.getTag("sub") == "sub-maria"',
      { sub: 'sub-dev', Sub: 'sub-maria', 'custom:sub': 'sub-maria', username: 'sub-maria' },
    ],
    [
      'CP-24 another claim with an issuer of somebody',
      'principal.getTag("iss") == "https://other.example"',
      { ISS: 'https://other.example', 'custom:iss': 'https://other.example' },
    ],
  ])('%s does not become the reserved one', async (_row, when, claims) => {
    const world = createWorld({ policies: only('principal is AgentCore::OAuthUser', ` when { ${when} }`) });
    const answer = await world.call(REPORT, { title: 'x' }, { token: mint(claims) });
    expect(isDenied(answer)).toBe(true);
    expect(world.calls).toEqual([]);
  });

  it('CP-24 the twins: the verified subject and issuer are seen', async () => {
    const rules = [
      'principal.id == "sub-maria"',
      'principal.getTag("sub") == "sub-maria"',
      'principal.getTag("iss") like "http://127.0.0.1:4566/*"',
    ];
    const rule = ` when { ${rules.join(' && ')} }`;
    const world = createWorld({ policies: only('principal is AgentCore::OAuthUser', rule) });
    const token = mint({ id: 'sub-dev', Sub: 'sub-dev' });
    expect((await world.call(REPORT, { title: 'x' }, { token })).body.result.isError).toBe(false);
  });
});

/** A small generator with a fixed seed (mulberry32). */
function generator(seed: number): <T>(from: readonly T[]) => T {
  let state = seed;
  return (from) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    const found = from[((mixed ^ (mixed >>> 14)) >>> 0) % from.length];
    if (found === undefined) throw new Error('nothing to choose from');
    return found;
  };
}

it('CP-26 over 200 callers and tools: what may be called is listed, what is forbidden outright is not', async () => {
  const pick = generator(20_261_122);
  const conditions = [
    '',
    ' when { principal.id == "sub-maria" }',
    ' when { principal.hasTag("scope") && principal.getTag("scope") like "* hr/manager" }',
    ' unless { principal.hasTag("scope") && principal.getTag("scope") like "* hr/developer" }',
    ' when { principal.hasTag("tenant") && principal.getTag("tenant") == "acme" }',
    ' when { context.system.now < datetime("2026-11-02T09:00:00Z") }',
  ];
  const onInput: Readonly<Record<string, string>> = {
    [REPORT]: ' when { context.input.title == "ok" }',
    [MAIL]: ' when { context.input.recipient_email == "ok" }',
  };
  const calls = [
    { tool: REPORT, args: { title: 'ok' } },
    { tool: MAIL, args: { recipient_email: 'ok' } },
  ] as const;
  const callers = [MANAGER, DEVELOPER, mint({ tenant: 'acme' }), mint({ sub: 'other', scope: 'hr/invoke' })];
  const seen = { pairs: 0, allowed: 0, hidden: 0, forbidden: 0 };
  for (let set = 0; set < 25; set += 1) {
    const banned = pick([REPORT, MAIL, 'nothing']);
    const permits = calls.flatMap(({ tool }, n) =>
      Array.from({ length: pick([0, 1, 2]) }, (_, m) =>
        policy(`p${n}${m}`, permit(tool, pick([...conditions, onInput[tool] ?? '']))),
      ),
    );
    const policies = banned === 'nothing' ? permits : [...permits, policy('ban', forbid(banned, ''))];
    const world = createWorld({ policies });
    for (const token of callers) {
      const listed = names(await world.rpc('tools/list', {}, { token }));
      for (const { tool, args } of calls) {
        const before = world.calls.length;
        const answer = await world.call(tool, args, { token });
        const ran = world.calls.length > before;
        expect(ran).toBe(!isDenied(answer));
        if (ran) expect(listed).toContain(tool);
        if (tool === banned) expect([ran, listed.includes(tool)]).toEqual([false, false]);
        seen.pairs += 1;
        seen.allowed += Number(ran);
        seen.hidden += Number(!listed.includes(tool));
        seen.forbidden += Number(tool === banned);
      }
    }
  }
  expect(seen.pairs).toBe(200);
  expect(Math.min(seen.allowed, seen.hidden, seen.forbidden)).toBeGreaterThan(30);
});

describe('time', () => {
  const zone = process.env['TZ'];
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });
  const window =
    ' when { context.system.now >= datetime("2026-11-02T09:00:00Z") && context.system.now < datetime("2026-11-02T18:00:00+0100") }';
  const at = (hour: number, ms = 0): number => Date.UTC(2026, 10, 2, hour, 0, 0, ms);
  const token = mint({ iat: at(7) / 1000, exp: at(20) / 1000 });

  it.each(['UTC', 'Pacific/Kiritimati', 'America/Los_Angeles'])(
    'CP-27 the window opens and closes in the same millisecond in the zone %s',
    async (tz) => {
      process.env['TZ'] = tz;
      expect(new Date(at(9)).getTimezoneOffset() === 0).toBe(tz === 'UTC');
      const world = createWorld({ policies: [policy('hours', permit(REPORT, window))] });
      const open: boolean[] = [];
      for (const now of [at(9) - 1, at(9), at(9, 1000), at(17) - 1, at(17)]) {
        world.setTime(now);
        open.push(!isDenied(await world.call(REPORT, { title: 'x' }, { token })));
      }
      expect(open).toEqual([false, true, true, true, false]);
      expect(world.targetCalls()).toHaveLength(3);
    },
  );

  it('CP-27 a time that the caller sends is an argument, a header or a claim, and no clock', async () => {
    const inside = '2026-11-02T12:00:00Z';
    const clock: ToolDefinition = {
      ...PAY_TOOL,
      inputSchema: {
        type: 'object',
        properties: {
          system: { type: 'object', properties: { now: text }, required: ['now'] },
          caller: text,
        },
        required: ['system'],
      },
    };
    const targets = [lambdaTarget('Pay', [clock])];
    const args = { system: { now: inside } };
    const sent = {
      token: mint({ iat: at(7) / 1000, exp: at(20) / 1000, now: inside, system: { now: inside } }),
      headers: ['Date', 'Mon, 02 Nov 2026 12:00:00 GMT', 'X-Amz-Date', '20261102T120000Z'],
    };
    const world = createWorld({ targets, policies: [policy('hours', permit(PAY, window))] });
    world.setTime(at(8));
    expect(isDenied(await world.call(PAY, args, sent))).toBe(true);
    expect(world.calls).toEqual([]);
    world.setTime(at(12));
    expect((await world.call(PAY, args, sent)).body.result.isError).toBe(false);

    const said = permit(PAY, ` when { context.input.system.now == "${inside}" }`);
    const echo = createWorld({ targets, policies: [policy('said', said)] });
    expect((await echo.call(PAY, args)).body.result.isError).toBe(false);
    expect(isDenied(await echo.call(PAY, { system: { now: 'later' } }))).toBe(true);
  });
});
