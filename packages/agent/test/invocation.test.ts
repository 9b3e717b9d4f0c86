/** The path of a request: identity, session, tools, answer. */
import { agentAnswer, agentError, USER_ID_HEADER } from '@secure-agent/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, headersOf, type Running, type StartOptions, startAgent } from './support/agent.ts';
import { textResult } from './support/fake-gateway.ts';
import { ScriptedModel } from './support/scripted-model.ts';
import { DIARY, GARDEN, MOISTURE, POST, tool, WATER } from './support/tools.ts';

let running: Running | undefined;
const start = async (options?: StartOptions) => {
  running = await startAgent(options);
  return running;
};
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const errorOf = async (response: Response) => ({
  status: response.status,
  ...agentError.parse(await response.json()).error,
});
const answerOf = async (response: Response) => {
  expect(response.status).toBe(200);
  return agentAnswer.parse(await response.json());
};

describe('an answer', () => {
  it('comes from the tool that fits, found over three pages, with the caller and what the gateway said', async () => {
    const app = await start({ pages: [[MOISTURE], [WATER, DIARY], [POST]] });
    app.gateway.behaviour.call = () => textResult('{"moisture":41}');
    const token = app.issuer.mint();
    const answer = await answerOf(await ask(app, headersOf(token), { prompt: 'How moist is bed B7?' }));
    expect(answer).toEqual({
      sub: 'eve-sub',
      answer: 'Garden___read_moisture:\nmoisture: 41',
      model: 'offline-planner',
      toolsOffered: GARDEN.map(({ name }) => name),
      toolCalls: [{ tool: 'Garden___read_moisture', status: 'success', result: '{"moisture":41}' }],
    });
    expect(app.gateway.calls).toEqual([{ name: 'Garden___read_moisture', arguments: { bed_id: 'B7' } }]);
    expect(app.gateway.methods.filter((method) => method === 'tools/list')).toHaveLength(3);
    expect(new Set(app.gateway.credentials)).toEqual(new Set([`Bearer ${token}`]));
  });

  it('names the tools there are when none fits, and calls nothing', async () => {
    const app = await start({ pages: [[MOISTURE, DIARY]] });
    const prompt = 'Post the diary entry to anna@example.com';
    const answer = await answerOf(await ask(app, headersOf(app.issuer.mint()), { prompt }));
    expect(answer.answer).toContain('No tool that I was given fits');
    expect(answer.answer).toContain('Garden___read_moisture, Diary___write_entry');
    expect(app.gateway.calls).toEqual([]);
  });

  it('runs steps one after another and hands the result on', async () => {
    const app = await start({ pages: [GARDEN] });
    app.gateway.behaviour.call = ({ name }) =>
      textResult(name === DIARY.name ? '"# Diary\\nrain"' : '{"sent":true}');
    const prompt = 'Write a diary entry titled "May" then post it to anna@example.com\n\nrain';
    await answerOf(await ask(app, headersOf(app.issuer.mint()), { prompt }));
    expect(app.gateway.calls).toEqual([
      { name: DIARY.name, arguments: { title: 'May', notes_text: 'rain' } },
      { name: POST.name, arguments: { recipient: 'anna@example.com', body_markdown: '# Diary\nrain' } },
    ]);
  });
});

describe('identity', () => {
  const claims = [
    { id: 'AG: another key', claims: {}, foreignKey: true },
    { id: 'JC: an ID token', claims: { token_use: 'id' } },
    { id: 'JC: another client', claims: { client_id: 'machine' } },
    { id: 'JC: without the scope', claims: { scope: 'hr/read' } },
    { id: 'JC: expired', claims: { iat: 1_000_000_000, exp: 1_000_003_600 } },
    { id: 'JC: another issuer', claims: { iss: 'https://issuer.example' } },
    { id: 'JC: without sub', claims: { sub: undefined } },
  ];
  for (const row of claims) {
    it(`refuses a token again although the front door let it through: ${row.id}`, async () => {
      const app = await start({ pages: [GARDEN] });
      const token = app.issuer.mint(row.claims, { foreignKey: row.foreignKey ?? false });
      expect(await errorOf(await ask(app, headersOf(token)))).toMatchObject({
        status: 403,
        code: 'token_refused',
      });
      expect(app.gateway.methods).toEqual([]);
      await answerOf(await ask(app, headersOf(app.issuer.mint())));
    });
  }

  it('RT-11: without Authorization it names the allowlist, and no other header makes a user', async () => {
    const app = await start({ pages: [GARDEN] });
    const { authorization: _, ...rest } = headersOf('');
    const headers = {
      ...rest,
      [USER_ID_HEADER]: 'alice',
      'x-amz-security-token': 'x',
      workloadaccesstoken: 'w',
    };
    const response = await ask(app, headers);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    const error = await errorOf(response);
    expect(error).toMatchObject({ status: 401, code: 'authorization_not_forwarded' });
    expect(error.message).toContain('requestHeaderAllowlist');
    expect(app.gateway.methods).toEqual([]);
  });

  for (const value of [
    'Bearer',
    'Bearer ',
    'Basic eDp5',
    'Bearer a.b.c',
    'Bearer null',
    'Bearer x, Bearer y',
  ]) {
    it(`BX-02: refuses the credential ${JSON.stringify(value)}`, async () => {
      const app = await start();
      const headers = { ...headersOf(''), authorization: value };
      expect(await errorOf(await ask(app, headers))).toMatchObject({ status: 403, code: 'token_refused' });
    });
  }

  it('RT-09, F1: ignores userId and sessionId in the payload, and the user-id header', async () => {
    const app = await start({ pages: [GARDEN] });
    const headers = { ...headersOf(app.issuer.mint()), [USER_ID_HEADER]: 'alice' };
    const body = {
      prompt: 'How moist is B1?',
      userId: 'alice',
      sessionId: 'x',
      user_id: 'alice',
      sub: 'alice',
    };
    expect((await answerOf(await ask(app, headers, body))).sub).toBe('eve-sub');
    expect(JSON.stringify(app.gateway.bodies)).not.toContain('alice');
  });

  it('SIGV4 is said in the configuration: the user is the header, and without a JWT there are no gateway tools', async () => {
    const app = await start({ inboundAuth: 'SIGV4', pages: [GARDEN] });
    const { authorization: _, ...rest } = headersOf('');
    expect((await errorOf(await ask(app, rest))).code).toBe('invalid_request');
    const named = await errorOf(await ask(app, { ...rest, [USER_ID_HEADER]: 'alice' }));
    expect(named).toMatchObject({ status: 401, code: 'authorization_not_forwarded' });
    expect(named.message).toContain('JWT');
    const other = await errorOf(await ask(app, { ...rest, [USER_ID_HEADER]: 'bob' }));
    expect(other.code).toBe('session_belongs_to_another');
    expect(app.gateway.methods).toEqual([]);
  });

  it('SIGV4: a bearer that arrives all the same is not used', async () => {
    const app = await start({ inboundAuth: 'SIGV4', pages: [GARDEN] });
    const error = await errorOf(await ask(app, headersOf(app.issuer.mint())));
    expect(error.code).toBe('invalid_request');
    expect(app.gateway.methods).toEqual([]);
  });

  it('AG-07: two users at the same time each reach the gateway with their own token', async () => {
    const app = await start({ pages: [GARDEN] });
    const tokens = ['a', 'b', 'c', 'd'].map((sub) => app.issuer.mint({ sub, jti: sub }));
    app.gateway.behaviour.call = ({ arguments: args }) => textResult(JSON.stringify(args));
    const answers = await Promise.all(
      tokens.map(async (token, index) => {
        const prompt = `How moist is bed B${index}?`;
        const session = `session-of-user-number-${index}-000000000000`;
        return answerOf(await ask(app, headersOf(token, session), { prompt }));
      }),
    );
    expect(answers.map(({ sub }) => sub)).toEqual(['a', 'b', 'c', 'd']);
    const used = app.gateway.bodies.flatMap((body, index) =>
      body.includes('"tools/call"') ? [[/B\d/.exec(body)?.[0], app.gateway.credentials[index]]] : [],
    );
    expect(Object.fromEntries(used)).toEqual({
      B0: `Bearer ${tokens[0]}`,
      B1: `Bearer ${tokens[1]}`,
      B2: `Bearer ${tokens[2]}`,
      B3: `Bearer ${tokens[3]}`,
    });
  });
});

describe('tools, as the model sees them', () => {
  const SPY = tool(
    'Spy___look',
    'Looks.',
    {
      where: { type: 'string' },
      caller: { type: 'string' },
      user_id: { type: 'string' },
      accessToken: { type: 'string' },
    },
    ['where', 'user_id'],
  );

  it('AG-03, AG-04: have no identity parameter, and identity arguments of the model do not leave', async () => {
    const input = { where: 'here', caller: { sub: 'alice' }, __caller: 'x', tenantId: 'B', userId: 'alice' };
    const model = new ScriptedModel((turn) =>
      turn === 0 ? { tool: 'Spy___look', input } : { text: 'done' },
    );
    const app = await start({ pages: [[SPY]], model });
    const answer = await answerOf(await ask(app, headersOf(app.issuer.mint())));
    expect(answer).toMatchObject({ model: 'scripted', answer: 'done' });
    expect(app.gateway.calls).toEqual([{ name: 'Spy___look', arguments: { where: 'here' } }]);
    const shown: { toolSpecs: unknown[] } = JSON.parse(model.shown[0] ?? '');
    expect(shown.toolSpecs).toEqual([
      {
        name: 'Spy___look',
        description: 'Looks.',
        inputSchema: { type: 'object', properties: { where: { type: 'string' } }, required: ['where'] },
      },
    ]);
  });

  it('keep working under names that models do not accept', async () => {
    const long = `Target___${'x'.repeat(80)}`;
    const names = ['Api___users.list', long, 'a-b', 'a_b', 'Ärger___ö'];
    const model = new ScriptedModel((turn) => {
      const shown: { toolSpecs: { name: string }[] } = JSON.parse(model.shown[0] ?? '');
      const name = shown.toolSpecs[turn]?.name;
      return name === undefined ? { text: 'done' } : { tool: name, input: {} };
    });
    const app = await start({ pages: [names.map((name) => tool(name, 'Does it.'))], model });
    const answer = await answerOf(await ask(app, headersOf(app.issuer.mint())));
    expect(app.gateway.calls.map(({ name }) => name)).toEqual(names);
    expect(answer.toolCalls.map((call) => call.tool)).toEqual(names);
    const shown: { toolSpecs: { name: string }[] } = JSON.parse(model.shown[0] ?? '');
    for (const { name } of shown.toolSpecs) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  });

  it('PI-06: invisible text in descriptions and results does not reach the model', async () => {
    const hidden = '\u{e0041}\u{e0042}\u202e\u200b';
    const model = new ScriptedModel((turn) => (turn === 0 ? { tool: 'Note', input: {} } : { text: 'done' }));
    const app = await start({ pages: [[tool('Note', `Reads${hidden} a note.`)]], model });
    app.gateway.behaviour.call = () => textResult(`plain${hidden}👩‍🌾`);
    await answerOf(await ask(app, headersOf(app.issuer.mint())));
    expect(model.shown.join('')).toContain('Reads a note.');
    expect(model.shown.join('')).toContain('plain👩‍🌾');
    expect(model.shown.join('')).not.toMatch(/[\u{e0041}\u{e0042}\u202e\u200b]/u);
  });

  it('RT-19: a request starts without anything of the one before', async () => {
    const model = new ScriptedModel(() => ({ text: 'done' }));
    const app = await start({ model });
    const headers = headersOf(app.issuer.mint());
    await answerOf(await ask(app, headers, { prompt: 'my secret is plum' }));
    await answerOf(await ask(app, headers, { prompt: 'what is my secret?' }));
    expect(model.shown[0]).toContain('plum');
    expect(model.shown[1]).not.toContain('plum');
  });
});
