/** What the deployed code reads from its environment; a variable left out stops the start, it does not default open. */
import { describe, expect, it } from 'vitest';
import {
  agentEnvironment,
  hrTargetEnvironment,
  reportTargetEnvironment,
  requestInterceptorEnvironment,
  tokenClaimsEnvironment,
} from '../src/index.ts';

const JWT = {
  JWT_DISCOVERY_URL: 'https://idp.example/.well-known/openid-configuration',
  JWT_ALLOWED_CLIENTS: 'a,b',
  JWT_ALLOWED_SCOPES: 'hr/invoke hr/admin',
};
const AGENT = {
  ...JWT,
  GATEWAY_URL: 'https://gateway.example/mcp',
  INBOUND_AUTH: 'JWT',
  MODEL_PROVIDER: 'offline',
};
const SCHEMAS = {
  agent: { schema: agentEnvironment, good: AGENT },
  interceptor: { schema: requestInterceptorEnvironment, good: { ...JWT, CALLER_KEY_ID: 'k' } },
  hr: { schema: hrTargetEnvironment, good: { TARGET_NAME: 'HrTarget', CALLER_KEY_ID: 'k', TABLE_NAME: 't' } },
  report: {
    schema: reportTargetEnvironment,
    good: {
      TARGET_NAME: 'ReportTarget',
      CALLER_KEY_ID: 'k',
      MAIL_SENDER: 'a@example.com',
      MAIL_DOMAIN: 'example.com',
    },
  },
  claims: {
    schema: tokenClaimsEnvironment,
    good: { GROUP_SCOPES: '{"managers":["hr/invoke","hr/manager"]}' },
  },
};
type Name = keyof typeof SCHEMAS;

describe('environments', () => {
  it.each(Object.keys(SCHEMAS) as Name[])(
    '%s takes its own and misses each variable that is left out or empty',
    (name) => {
      const { schema, good } = SCHEMAS[name];
      expect(schema.safeParse({ ...good, PATH: '/bin' }).success).toBe(true);
      for (const variable of Object.keys(good)) {
        for (const value of variable === 'GROUP_SCOPES' ? [undefined] : [undefined, '']) {
          expect([variable, schema.safeParse({ ...good, [variable]: value }).success]).toEqual([
            variable,
            false,
          ]);
        }
      }
    },
  );

  it('splits lists and fills what may be left out', () => {
    expect(agentEnvironment.parse(AGENT)).toMatchObject({
      JWT_ALLOWED_CLIENTS: ['a', 'b'],
      JWT_ALLOWED_SCOPES: ['hr/invoke', 'hr/admin'],
      HOST: '0.0.0.0',
      PORT: 8080,
      AWS_REGION: 'us-east-1',
      JWT_TOKEN_USE: 'access',
    });
    expect(tokenClaimsEnvironment.parse(SCHEMAS.claims.good)).toEqual({
      GROUP_SCOPES: { managers: ['hr/invoke', 'hr/manager'] },
    });
  });

  it.each<[Name, string, string]>([
    ['agent', 'INBOUND_AUTH', 'NONE'],
    ['agent', 'INBOUND_AUTH', 'jwt'],
    ['agent', 'MODEL_PROVIDER', 'other'],
    ['agent', 'GATEWAY_URL', 'not a url'],
    ['agent', 'PORT', '0'],
    ['agent', 'PORT', '65536'],
    ['agent', 'PORT', 'x'],
    ['agent', 'JWT_ALLOWED_CLIENTS', ',,'],
    ['agent', 'JWT_TOKEN_USE', 'id'],
    ['interceptor', 'JWT_ALLOWED_AUDIENCE', ' '],
    ['interceptor', 'EXTERNAL_TARGETS', ','],
    ['interceptor', 'JWT_ALLOWED_SCOPES', '   '],
    ['claims', 'GROUP_SCOPES', '[]'],
    ['claims', 'GROUP_SCOPES', '{"managers":"hr/manager"}'],
    ['claims', 'GROUP_SCOPES', '{"managers":[""]}'],
  ])('%s refuses %s=%j', (name, variable, value) => {
    const { schema, good } = SCHEMAS[name];
    expect(schema.safeParse({ ...good, [variable]: value }).success).toBe(false);
  });

  it.each(['', '{', 'managers'])(
    'reports GROUP_SCOPES %j, which is not JSON, as it reports any other',
    (value) => {
      expect(tokenClaimsEnvironment.safeParse({ GROUP_SCOPES: value }).success).toBe(false);
    },
  );

  it.each(['', '{', 'managers'])('never starts with GROUP_SCOPES %j', (value) => {
    expect(() => tokenClaimsEnvironment.parse({ GROUP_SCOPES: value })).toThrow();
  });
});
