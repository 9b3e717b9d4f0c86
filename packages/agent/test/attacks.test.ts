/** Group RT of the attack catalogue where it needs the agent alone: no front door is before it. */
import { agentError, REQUEST_ID_HEADER, SESSION_ID_HEADER, USER_ID_HEADER } from '@secure-agent/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { createAgentServer } from '../src/agent-server.ts';
import { AgentFailure } from '../src/failure.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { type Owner, SessionOwners } from '../src/sessions.ts';
import { NO_TELEMETRY } from '../src/telemetry/telemetry.ts';
import { ask, headersOf, type Running, type StartOptions, startAgent } from './support/agent.ts';
import { ScriptedModel } from './support/scripted-model.ts';
import { close, listen } from './support/servers.ts';
import { GARDEN } from './support/tools.ts';

let running: Running | undefined;
const start = async (options?: StartOptions) => {
  running = await startAgent(options);
  return running;
};
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const codeOf = async (response: Response): Promise<string> =>
  agentError.parse(await response.json()).error.code;

describe('RT-02 two users who are first at the same instant', () => {
  const ROUNDS = 50;
  /** What the one gets who may go on: callers of this test have no token for a gateway. */
  const WENT_ON = 'authorization_not_forwarded';

  /** Codes of both answers, round by round. Both callers are verified before either goes on to the session. */
  async function race(sessions: SessionOwners): Promise<readonly string[]> {
    let arrived: (() => void)[] = [];
    const { server } = createAgentServer({
      readCaller: (rawHeaders) =>
        new Promise((resolve) => {
          const sub = rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === 'x-sub') + 1] ?? '';
          arrived.push(() => resolve({ iss: 'https://issuer.example', sub }));
          if (arrived.length < 2) return;
          const both = arrived;
          arrived = [];
          for (const goOn of both) goOn();
        }),
      sessions,
      model: new ScriptedModel(() => ({ text: 'done' })),
      gatewayUrl: new URL('https://gateway.example/mcp'),
      limits: DEFAULT_LIMITS,
      log: () => {},
      telemetry: NO_TELEMETRY,
      now: () => 0,
    });
    const url = await listen(server);
    const outcomes: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const session = `race-${String(round).padStart(40, '0')}`;
      const codes = await Promise.all(
        ['alice', 'bob'].map(async (sub) =>
          codeOf(
            await fetch(`${url}/invocations`, {
              method: 'POST',
              headers: { 'content-type': 'application/json', [SESSION_ID_HEADER]: session, 'x-sub': sub },
              body: '{"prompt":"Hello"}',
            }),
          ),
        ),
      );
      outcomes.push(codes.toSorted().join(' '));
    }
    await close(server);
    return outcomes;
  }

  it('are one owner and one who is refused, in each of 50 rounds', async () => {
    const outcomes = await race(new SessionOwners());
    expect(outcomes).toEqual(Array(ROUNDS).fill(`${WENT_ON} session_belongs_to_another`));
  });

  it('would both be owners if the binding waited between its look and its write', async () => {
    class Late extends SessionOwners {
      readonly #owners = new Map<string, string>();
      override bind(sessionId: string, { sub }: Owner): void {
        const owner = this.#owners.get(sessionId);
        if (owner !== undefined && owner !== sub) throw new AgentFailure('session_belongs_to_another');
        setImmediate(() => this.#owners.set(sessionId, sub));
      }
    }
    expect(await race(new Late())).toContain(`${WENT_ON} ${WENT_ON}`);
  });
});

describe('RT-03 a session that somebody else opened', () => {
  it('is of no use to the one who is lured into it: refused, and the other goes on', async () => {
    const app = await start({ pages: [GARDEN] });
    const [attacker, victim] = ['bob', 'alice'].map((sub) => headersOf(app.issuer.mint({ sub })));
    expect((await ask(app, attacker ?? {})).status).toBe(200);
    const methods = app.gateway.methods.length;
    const lured = await ask(app, victim ?? {}, { prompt: 'How moist is bed B7?' });
    expect([lured.status, await codeOf(lured)]).toEqual([403, 'session_belongs_to_another']);
    expect(app.gateway.methods).toHaveLength(methods);
    expect((await ask(app, attacker ?? {})).status).toBe(200);
    const own = headersOf(app.issuer.mint({ sub: 'alice' }), 'session-of-alice-0000000000000000001');
    expect((await ask(app, own)).status).toBe(200);
  });
});

describe('RT-12 a request straight to the container', () => {
  const forged = {
    workloadaccesstoken: 'forged',
    'x-amz-bedrock-agentcore-identity-wat': 'forged',
    'x-amz-security-token': 'forged',
    'x-forwarded-user': 'alice',
    [USER_ID_HEADER]: 'alice',
    [REQUEST_ID_HEADER]: '11111111-2222-4333-8444-555555555555',
  };

  it.each([
    ['no bearer', undefined, 401, 'authorization_not_forwarded'],
    ['a bearer of another key', 'foreign', 403, 'token_refused'],
    ['a bearer without a signature', 'unsigned', 403, 'token_refused'],
  ] as const)('with %s and every header of the platform is refused', async (_id, kind, status, code) => {
    const app = await start({ pages: [GARDEN] });
    const good = app.issuer.mint();
    const bearers = {
      foreign: app.issuer.mint({ sub: 'alice' }, { foreignKey: true }),
      unsigned: `${good.split('.').slice(0, 2).join('.')}.`,
    };
    const { authorization, ...rest } = headersOf(kind === undefined ? '' : bearers[kind]);
    const headers = { ...rest, ...forged, ...(kind === undefined ? {} : { authorization }) };
    const refused = await ask(app, { ...headers } as Record<string, string>);
    expect([refused.status, await codeOf(refused)]).toEqual([status, code]);
    expect(app.gateway.methods).toEqual([]);
    expect((await ask(app, { ...headersOf(good), ...forged })).status).toBe(200);
  });
});

describe('RT-14 headers that claim rights', () => {
  it('change nothing: the gateway gets the token and none of them', async () => {
    const app = await start({ pages: [GARDEN] });
    const token = app.issuer.mint();
    const claims = {
      'x-amzn-bedrock-agentcore-runtime-custom-role': 'admin',
      'x-allowed-tools': '*',
      'x-read-only-mode': 'false',
      'x-role': 'admin',
    };
    const body = { prompt: 'How moist is bed B7?' };
    const plain = await (await ask(app, headersOf(token), body)).json();
    const bodies = [...app.gateway.bodies];
    const claimed = await (await ask(app, { ...headersOf(token), ...claims }, body)).json();
    expect(claimed).toEqual(plain);
    expect(app.gateway.bodies.slice(bodies.length)).toEqual(bodies);
    expect(new Set(app.gateway.credentials)).toEqual(new Set([`Bearer ${token}`]));
  });
});

describe('RT-21 /ping', () => {
  it('tells the same whoever asks and however, and nothing that is being worked on', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const model = new ScriptedModel(
      () => ({ text: 'done' }),
      () => {
        begun.resolve();
        return gate.promise;
      },
    );
    const app = await start({ model });
    const ping = async (headers: Record<string, string> = {}) =>
      (await fetch(`${app.url}/ping`, { headers })).text();
    const quiet = await ping();
    const answer = ask(app, headersOf(app.issuer.mint()), { prompt: 'stay HealthyBusy' });
    await begun.promise;
    const odd = [{ ...headersOf('x.y.z'), accept: 'text/event-stream' }, { 'x-ping-status': 'HealthyBusy' }];
    const flood = await Promise.all([...odd, ...Array(200).fill({})].map((headers) => ping(headers)));
    expect(new Set(flood)).toEqual(new Set([quiet]));
    expect(Object.keys(JSON.parse(quiet))).toEqual(['status', 'time_of_last_update']);
    gate.resolve();
    expect((await answer).status).toBe(200);
  });
});
