/** What the caller learns when the gateway refuses, fails or misbehaves. */
import { agentAnswer, agentError } from '@secure-agent/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, headersOf, type Running, type StartOptions, startAgent } from './support/agent.ts';
import { type Behaviour, textResult } from './support/fake-gateway.ts';
import { close, serve } from './support/servers.ts';
import { GARDEN, MOISTURE } from './support/tools.ts';

let running: Running | undefined;
const start = async (options: StartOptions = {}) => {
  running = await startAgent({ pages: [GARDEN], ...options });
  return running;
};
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const PROMPT = { prompt: 'How moist is bed B7?' };
const askOnce = async (app: Running): Promise<unknown> => {
  const response = await ask(app, headersOf(app.issuer.mint()), PROMPT);
  expect(response.status).toBe(200);
  return response.json();
};

const rows: { id: string; break: (behaviour: Behaviour) => void; code: string }[] = [
  ...[401, 403].map((status) => ({
    id: `AG-09: ${status} to initialize`,
    break: ({ status: map }: Behaviour) => void map.set('initialize', status),
    code: 'gateway_refused_token',
  })),
  {
    id: 'AG-09: 401 to tools/list',
    break: ({ status }) => void status.set('tools/list', 401),
    code: 'gateway_refused_token',
  },
  {
    id: 'AG-09: 401 to tools/call',
    break: ({ status }) => void status.set('tools/call', 401),
    code: 'gateway_refused_token',
  },
  ...[307, 404, 429, 500, 503].map((status) => ({
    id: `${status} to initialize`,
    break: ({ status: map }: Behaviour) => void map.set('initialize', status),
    code: 'gateway_unreachable',
  })),
  {
    id: '500 to tools/call',
    break: ({ status }) => void status.set('tools/call', 500),
    code: 'gateway_unreachable',
  },
  {
    id: 'AG-17: a cursor that points at itself',
    break: (behaviour) => {
      behaviour.nextCursor = () => 'page-0';
    },
    code: 'gateway_unreachable',
  },
  {
    id: 'AG-17: pages without end',
    break: (behaviour) => {
      behaviour.nextCursor = (page) => `page-${page + 1}`;
    },
    code: 'gateway_unreachable',
  },
  {
    id: 'a result that is not one',
    break: (behaviour) => {
      behaviour.call = () => ({ result: { content: 'text' } });
    },
    code: 'gateway_unreachable',
  },
  {
    id: 'more bytes than a gateway may send',
    break: (behaviour) => {
      behaviour.call = () => textResult('x'.repeat(6 * 1024 * 1024));
    },
    code: 'gateway_unreachable',
  },
];

describe('a gateway that fails', () => {
  for (const row of rows) {
    it(`${row.id}: ${row.code}, in our own words, and no second try`, async () => {
      const app = await start({ limits: { toolPages: 5 } });
      agentAnswer.parse(await askOnce(app));
      const used = app.gateway.methods.length;
      row.break(app.gateway.behaviour);
      const { error } = agentError.parse(await askOnce(app));
      expect(error.code).toBe(row.code);
      expect(error.message + error.next).not.toMatch(/Bearer|eyJ|refused Bearer|127\.0\.0\.1/);
      const methods = app.gateway.methods.slice(used);
      expect(methods.filter((method) => method === 'initialize')).toHaveLength(1);
      expect(methods.filter((method) => method === 'tools/call').length).toBeLessThan(2);
    });
  }

  it('sends the token to no other address that the gateway names', async () => {
    let asked = 0;
    const elsewhere = await serve((_, response) => {
      asked += 1;
      response.end('{}');
    });
    const redirector = await serve((_, response) => {
      response.writeHead(307, { location: `${elsewhere.origin}/mcp` }).end();
    });
    const app = await start({ gatewayUrl: `${redirector.origin}/mcp` });
    expect(agentError.parse(await askOnce(app)).error.code).toBe('gateway_unreachable');
    expect(asked).toBe(0);
    await Promise.all([close(elsewhere.server), close(redirector.server)]);
  });

  it('is unreachable when nothing listens', async () => {
    const { origin, server } = await serve(() => undefined);
    await close(server);
    const app = await start({ gatewayUrl: `${origin}/mcp` });
    expect(agentError.parse(await askOnce(app)).error).toMatchObject({ code: 'gateway_unreachable' });
  });
});

describe('a tool that refuses', () => {
  const denied = 'Tool Execution Denied: Tool call not allowed due to policy enforcement [No policy applies]';
  const refusals = [
    { id: 'policy, as a result', answer: textResult(`AuthorizeActionException - ${denied}`, true) },
    { id: 'policy, as a JSON-RPC error', answer: { error: { code: -32002, message: denied } } },
    { id: 'bad arguments', answer: textResult('ValidationException - Parameter validation failed', true) },
  ];
  for (const { id, answer } of refusals) {
    it(`is an answer with the gateway's status and text: ${id}`, async () => {
      const app = await start();
      app.gateway.behaviour.call = () => answer;
      const { toolCalls, answer: said } = agentAnswer.parse(await askOnce(app));
      const text = 'error' in answer ? answer.error.message : answer.result.content[0]?.text;
      expect(toolCalls).toEqual([
        { tool: MOISTURE.name, status: 'error', result: expect.stringContaining(text ?? '?') },
      ]);
      expect(said).toContain('did not do it');
      expect(said).toContain(text);
      expect(app.gateway.calls).toHaveLength(1);
    });
  }
});
