/** Sessions: whose they are, and what names one. */
import { agentError, SESSION_ID_HEADER } from '@secure-agent/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { AgentFailure } from '../src/failure.ts';
import { readSessionId, SessionOwners } from '../src/sessions.ts';
import { ask, headersOf, type Running, SESSION, startAgent } from './support/agent.ts';

let running: Running | undefined;
const start = async () => {
  running = await startAgent();
  return running;
};
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'none';
  } catch (error) {
    return error instanceof AgentFailure ? error.code : 'other';
  }
};

describe('a session', () => {
  it('RT-01: refuses another user and goes on serving its own', async () => {
    const app = await start();
    const alice = headersOf(app.issuer.mint({ sub: 'alice' }));
    const bob = headersOf(app.issuer.mint({ sub: 'bob' }));
    expect((await ask(app, alice)).status).toBe(200);
    const refused = await ask(app, bob);
    expect(refused.status).toBe(403);
    const { error } = agentError.parse(await refused.json());
    expect(error.code).toBe('session_belongs_to_another');
    expect(JSON.stringify(error)).not.toContain('alice');
    expect((await ask(app, alice)).status).toBe(200);
  });

  it('RT-01: a token that is refused does not take a session', async () => {
    const app = await start();
    const forged = app.issuer.mint({ sub: 'mallory' }, { foreignKey: true });
    expect((await ask(app, headersOf(forged))).status).toBe(403);
    expect((await ask(app, headersOf(app.issuer.mint()))).status).toBe(200);
  });

  it('RT-02: of two users who are first at the same instant exactly one owns it, 50 times', async () => {
    const app = await start();
    const users = ['alice', 'bob'].map((sub) => app.issuer.mint({ sub }));
    for (let round = 0; round < 50; round += 1) {
      const session = `race-${String(round).padStart(40, '0')}`;
      const order = round % 2 === 0 ? users : users.toReversed();
      const responses = await Promise.all(order.map((token) => ask(app, headersOf(token, session))));
      expect(responses.map(({ status }) => status).sort()).toEqual([200, 403]);
      const again = await Promise.all(order.map((token) => ask(app, headersOf(token, session))));
      expect(again.map(({ status }) => status)).toEqual(responses.map(({ status }) => status));
    }
  });

  it('RT-06: is never named by the body', async () => {
    const app = await start();
    const { [SESSION_ID_HEADER]: _, ...headers } = headersOf(app.issuer.mint());
    const response = await ask(app, headers, { prompt: 'Hello', sessionId: SESSION, session_id: SESSION });
    expect(response.status).toBe(400);
    expect(agentError.parse(await response.json()).error.code).toBe('session_required');
  });
});

describe('a session id', () => {
  const other = 'session-0000000000000000000000000002';
  const rows: { id: string; headers: string[]; ok: boolean }[] = [
    { id: 'once', headers: [SESSION_ID_HEADER, SESSION], ok: true },
    {
      id: 'in any case',
      headers: ['X-Amzn-Bedrock-AgentCore-Runtime-Session-Id', SESSION],
      ok: true,
    },
    { id: 'of 33 characters', headers: [SESSION_ID_HEADER, 'a'.repeat(33)], ok: true },
    { id: 'of 256 characters', headers: [SESSION_ID_HEADER, 'a'.repeat(256)], ok: true },
    { id: 'absent', headers: [], ok: false },
    { id: 'of 32 characters', headers: [SESSION_ID_HEADER, 'a'.repeat(32)], ok: false },
    { id: 'of 257 characters', headers: [SESSION_ID_HEADER, 'a'.repeat(257)], ok: false },
    {
      id: 'BX-19: twice',
      headers: [SESSION_ID_HEADER, SESSION, SESSION_ID_HEADER.toUpperCase(), other],
      ok: false,
    },
    { id: 'BX-19: joined', headers: [SESSION_ID_HEADER, `${SESSION}, ${other}`], ok: false },
    {
      id: 'BX-19: with underscores in the name',
      headers: [SESSION_ID_HEADER.replaceAll('-', '_'), SESSION],
      ok: false,
    },
    { id: 'that starts with a hyphen', headers: [SESSION_ID_HEADER, `-${SESSION}`], ok: false },
    { id: 'with a line break', headers: [SESSION_ID_HEADER, `${SESSION}\n`], ok: false },
    { id: 'with a slash', headers: [SESSION_ID_HEADER, `${SESSION}/../x`], ok: false },
  ];
  for (const { id, headers, ok } of rows) {
    it(`${id}: ${ok ? 'is taken' : 'is refused'}`, () => {
      expect(codeOf(() => readSessionId(headers))).toBe(ok ? 'none' : 'session_required');
    });
  }
});

describe('owners', () => {
  it('are told apart by issuer and subject together, without joining them', () => {
    const owners = new SessionOwners();
    owners.bind('s', { iss: 'https://a', sub: 'x' });
    expect(codeOf(() => owners.bind('s', { iss: 'https://a', sub: 'x' }))).toBe('none');
    expect(codeOf(() => owners.bind('s', { iss: 'https://b', sub: 'x' }))).toBe('session_belongs_to_another');
    owners.bind('t', { iss: 'i","', sub: 's' });
    expect(codeOf(() => owners.bind('t', { iss: 'i', sub: '","s' }))).toBe('session_belongs_to_another');
  });

  it('are never forgotten to make room: a new session is refused instead', () => {
    const owners = new SessionOwners(1);
    owners.bind('__proto__', { iss: 'i', sub: 'alice' });
    expect(codeOf(() => owners.bind('second', { iss: 'i', sub: 'bob' }))).toBe('limit_reached');
    expect(codeOf(() => owners.bind('__proto__', { iss: 'i', sub: 'alice' }))).toBe('none');
    expect(codeOf(() => owners.bind('__proto__', { iss: 'i', sub: 'bob' }))).toBe(
      'session_belongs_to_another',
    );
  });
});
