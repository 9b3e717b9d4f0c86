/** What cannot be configured: the K cells of the vectors, unsafe issuer URLs (JK-02), options left out. */
import { describe, expect, it } from 'vitest';
import { createJwtAuthorizer, type JwtAuthorizerOptions } from '../src/index.ts';
import { DISCOVERY_URL, ISSUER } from './support/issuer.ts';
import { vectors } from './support/vectors.ts';

const SUFFIX = '/.well-known/openid-configuration';
const asked: unknown[] = [];
const OPTIONS: JwtAuthorizerOptions = {
  fetch: async (url) => {
    asked.push(url);
    return new Response('{}');
  },
  now: () => 0,
  allowLoopbackHttp: false,
};
const create = (config: object, options: object = {}) =>
  createJwtAuthorizer(config as never, { ...OPTIONS, ...options });
const CLIENTS = { allowedClients: ['app'] };

const fill = (config: unknown) => JSON.parse(JSON.stringify(config).replaceAll('{{issuer}}', ISSUER));

/** Three cells describe their change in words. */
const BY_WORDS: Record<string, (config: string) => string> = {
  'claim-equals with CONTAINS': (config) => config.replace('"EQUALS"', '"CONTAINS"'),
  'claim-contains with matchValueStringList': (config) =>
    config.replace('"matchValueString":"managers"', '"matchValueStringList":["managers"]'),
  'claim-equals with hr/read': (config) =>
    config.replace('"matchValueString":"access"', '"matchValueString":"hr/read"'),
};

describe('configuration errors', () => {
  it('has every K cell', () => expect(vectors.configuration_errors).toHaveLength(6));

  it.each(vectors.configuration_errors)('$id $why', ({ config, error }) => {
    if (typeof config !== 'string')
      return expect(() => create(fill(config))).toThrow(new RegExp(`jwt-authorizer: .*${error}`));
    const twin = JSON.stringify(fill(vectors.configs[config.split(' ')[0] ?? '']));
    const changed = BY_WORDS[config]?.(twin) ?? twin;
    expect(changed).not.toBe(twin);
    expect(() => create(JSON.parse(twin))).not.toThrow();
    expect(() => create(JSON.parse(changed))).toThrow(new RegExp(error));
  });

  it('refuses a member it does not know: a misspelt rule is not a rule', () => {
    expect(() => create({ discoveryUrl: DISCOVERY_URL, ...CLIENTS, allowedScope: ['x'] })).toThrow(
      /allowedScope/,
    );
  });
});

describe('issuer URLs', () => {
  it.each([
    `http://idp.example${SUFFIX}`,
    `http://127.0.0.1:4566${SUFFIX}`,
    `file:///etc/passwd${SUFFIX}`,
    `gopher://idp.example${SUFFIX}`,
    `https://user:pw@idp.example${SUFFIX}`,
    `https://user@idp.example${SUFFIX}`,
    'https://idp.example',
    `https://idp.example/?x=${SUFFIX}`,
    `https://idp.example/#${SUFFIX}`,
    `https://169.254.169.254${SUFFIX}`,
    `https://[::ffff:169.254.169.254]${SUFFIX}`,
    `https://0x7f.1${SUFFIX}`,
    `https://[::1]${SUFFIX}`,
    `https://IDP.example${SUFFIX}`,
    `https://idp.example/a/..${SUFFIX}`,
    `//idp.example${SUFFIX}`,
  ])('JK-02 refuses %s and fetches nothing', (discoveryUrl) => {
    expect(() => create({ discoveryUrl, ...CLIENTS })).toThrow(TypeError);
    expect(asked).toEqual([]);
  });

  it.each([
    [`http://127.0.0.1:4566/pool${SUFFIX}`, true],
    [`http://127.1.2.3${SUFFIX}`, true],
    [`http://[::1]:4566${SUFFIX}`, true],
    [`http://localhost:4566${SUFFIX}`, false],
    [`http://localtest.me${SUFFIX}`, false],
    [`http://0x7f.1${SUFFIX}`, false],
    [`http://127.0.0.1.evil.example${SUFFIX}`, false],
    [`http://10.0.0.1${SUFFIX}`, false],
    [`https://idp.example${SUFFIX}`, true],
  ])('JK-02 where loopback http is allowed, %s is %s', (discoveryUrl, accepted) => {
    const make = () => create({ discoveryUrl, ...CLIENTS }, { allowLoopbackHttp: true });
    if (accepted) expect(make().issuer).toBe(discoveryUrl.slice(0, -SUFFIX.length));
    else expect(make).toThrow(TypeError);
  });
});

describe('options', () => {
  it.each(['fetch', 'now', 'allowLoopbackHttp'])('%s is required', (name) => {
    expect(() => create({ discoveryUrl: DISCOVERY_URL, ...CLIENTS }, { [name]: undefined })).toThrow(
      new RegExp(name),
    );
  });

  it.each([
    'maxTokenBytes',
    'keysMaxAgeMs',
    'unknownKeyCooldownMs',
    'retryMs',
    'timeoutMs',
    'maxDocumentBytes',
    'verifiedTokenCacheSize',
  ])('%s is a whole number', (name) => {
    for (const value of [Number.NaN, -1, Number.POSITIVE_INFINITY, '1', null]) {
      expect(() => create({ discoveryUrl: DISCOVERY_URL, ...CLIENTS }, { [name]: value })).toThrow(
        new RegExp(name),
      );
    }
  });
});
