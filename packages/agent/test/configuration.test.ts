/** What the agent is told at start, and what it refuses to start with. */
import { readFileSync } from 'node:fs';
import { BedrockModel } from '@strands-agents/sdk';
import { describe, expect, it } from 'vitest';
import { createAgent, createModel, readEnvironment } from '../src/create-agent.ts';
import { OfflinePlanner } from '../src/offline-planner/offline-planner.ts';
import { modelNames } from '../src/tool-names.ts';

const ENVIRONMENT = {
  GATEWAY_URL: 'https://g.gateway.bedrock-agentcore.us-east-1.amazonaws.com/mcp',
  INBOUND_AUTH: 'JWT',
  JWT_DISCOVERY_URL: 'https://issuer.example/.well-known/openid-configuration',
  JWT_ALLOWED_CLIENTS: 'people',
  JWT_ALLOWED_SCOPES: 'hr/invoke',
  MODEL_PROVIDER: 'offline',
};

const create = (changes: Record<string, string | undefined>) =>
  createAgent({
    environment: readEnvironment({ ...ENVIRONMENT, ...changes }),
    log: () => undefined,
    trace: () => undefined,
    fetch: globalThis.fetch,
    now: Date.now,
  });

describe('the environment', () => {
  it('is enough', () => {
    expect(() => create({})).not.toThrow();
  });

  const refused: [id: string, changes: Record<string, string | undefined>, names: string][] = [
    ['no gateway', { GATEWAY_URL: undefined }, 'GATEWAY_URL'],
    ['RT-11: inbound authorization not said', { INBOUND_AUTH: undefined }, 'INBOUND_AUTH'],
    ['an inbound authorization that does not exist', { INBOUND_AUTH: 'NONE' }, 'INBOUND_AUTH'],
    ['no clients', { JWT_ALLOWED_CLIENTS: '' }, 'JWT_ALLOWED_CLIENTS'],
    ['no scopes', { JWT_ALLOWED_SCOPES: ' ' }, 'JWT_ALLOWED_SCOPES'],
    ['a model that does not exist', { MODEL_PROVIDER: 'gpt' }, 'MODEL_PROVIDER'],
    ['bedrock without a model id', { MODEL_PROVIDER: 'bedrock' }, 'MODEL_ID'],
    ['tokens over plain http', { GATEWAY_URL: 'http://gateway.example/mcp' }, 'GATEWAY_URL'],
    [
      'a name that only looks like loopback',
      { GATEWAY_URL: 'http://127.0.0.1.evil.example/mcp' },
      'GATEWAY_URL',
    ],
    ['a user in the address', { GATEWAY_URL: 'https://a:b@gateway.example/mcp' }, 'GATEWAY_URL'],
    [
      'an issuer over plain http',
      { JWT_DISCOVERY_URL: 'http://issuer.example/.well-known/openid-configuration' },
      'http',
    ],
  ];
  for (const [id, changes, names] of refused) {
    it(`is refused: ${id}`, () => {
      expect(() => create(changes)).toThrow(TypeError);
      expect(() => create(changes)).toThrow(names);
    });
  }

  it('chooses the model: a planner, or Bedrock by its id', () => {
    expect(createModel(readEnvironment(ENVIRONMENT))).toBeInstanceOf(OfflinePlanner);
    const bedrock = { ...ENVIRONMENT, MODEL_PROVIDER: 'bedrock', MODEL_ID: 'm-1', AWS_REGION: 'eu-west-1' };
    const model = createModel(readEnvironment(bedrock));
    expect(model).toBeInstanceOf(BedrockModel);
    expect(model.modelId).toBe('m-1');
  });
});

describe('names for models', () => {
  it('stay where they fit, and are clean, short, different and the same every time where they do not', () => {
    const long = 'T___'.padEnd(256, 'x');
    const names = ['A___b', 'a.b', 'a/b', 'a-b', 'a_b', long, `${long.slice(0, 255)}y`, ''];
    const first = modelNames(names);
    expect(first.get('A___b')).toBe('A___b');
    expect([...first.values()].every((name) => /^[a-zA-Z0-9_-]{1,64}$/.test(name))).toBe(true);
    const alike = [...first.values()].map((name) => name.replaceAll('-', '_'));
    expect(new Set(alike).size).toBe(names.length);
    expect(modelNames(names)).toEqual(first);
  });
});

describe('the image', () => {
  const dockerfile = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8');

  it('G8: is arm64, runs as a number that is not root, listens on 8080, starts node by an exec-form command', () => {
    expect(dockerfile).toMatch(/^FROM --platform=linux\/arm64 /m);
    expect(dockerfile).toMatch(/^USER [1-9]\d+:[1-9]\d+$/m);
    expect(dockerfile).toMatch(/^EXPOSE 8080$/m);
    const [, command] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? [];
    expect(JSON.parse(command ?? '')).toEqual(['node', 'main.mjs']);
    expect(dockerfile).not.toMatch(/^(?:RUN|ADD) /m);
    expect(dockerfile.match(/^COPY .*$/gm)).toEqual(['COPY --chmod=0444 main.mjs ./']);
  });
});
