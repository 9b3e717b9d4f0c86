import type { Json } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { moveUrls, toLocalUrls } from '../../src/template/local-urls.ts';

const HERE = 'http://127.0.0.1:4566';
const ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Abc';
const DOMAIN = 'https://hr-agent.auth.us-east-1.amazoncognito.com';

describe("AWS's own URLs become local ones", () => {
  test.each<readonly [id: string, from: string, to: string]>([
    ['the issuer', ISSUER, `${HERE}/us-east-1_Abc`],
    [
      'the discovery URL',
      `${ISSUER}/.well-known/openid-configuration`,
      `${HERE}/us-east-1_Abc/.well-known/openid-configuration`,
    ],
    ['the issuer in China', ISSUER.replace('.com', '.com.cn'), `${HERE}/us-east-1_Abc`],
    ['the hosted domain', DOMAIN, `${HERE}/domains/hr-agent`],
    ['the token endpoint', `${DOMAIN}/oauth2/token`, `${HERE}/domains/hr-agent/oauth2/token`],
    ['a query after the domain', `${DOMAIN}?x=1`, `${HERE}/domains/hr-agent?x=1`],
    [
      'inside a longer text',
      `iss "${ISSUER}" or <${DOMAIN}>`,
      `iss "${HERE}/us-east-1_Abc" or <${HERE}/domains/hr-agent>`,
    ],
    ['twice in one text', `${ISSUER} ${ISSUER}`, `${HERE}/us-east-1_Abc ${HERE}/us-east-1_Abc`],
  ])('%s', (_id, from, to) => {
    expect(toLocalUrls(from, HERE)).toBe(to);
  });

  test('at every depth, in values and not in names', () => {
    const value: Json = { [ISSUER]: [{ Variables: { ISSUER } }, 1, null, true] };
    expect(toLocalUrls(value, HERE)).toEqual({
      [ISSUER]: [{ Variables: { ISSUER: `${HERE}/us-east-1_Abc` } }, 1, null, true],
    });
  });
});

test.each([
  [
    'another host that begins alike',
    'https://cognito-idp.us-east-1.amazonaws.com.evil.example/us-east-1_Abc',
  ],
  ['another host that ends alike', 'https://evil-cognito-idp.us-east-1.amazonaws.com/us-east-1_Abc'],
  ['a host in front of it', 'https://evil.example.cognito-idp.us-east-1.amazonaws.com/x'],
  ['the issuer without a pool', 'https://cognito-idp.us-east-1.amazonaws.com'],
  ['not https', 'http://cognito-idp.us-east-1.amazonaws.com/us-east-1_Abc'],
  ['another scheme that ends alike', 'xhttps://cognito-idp.us-east-1.amazonaws.com/us-east-1_Abc'],
  ['a domain that goes on', `${DOMAIN}.evil.example/oauth2/token`],
  ['a domain with a dash after it', `${DOMAIN}-evil.example`],
  ['a domain that is a user name', `${DOMAIN}@evil.example/`],
  ['a domain with a port', `${DOMAIN}:8443/`],
  ['a domain with two labels in front', 'https://a.b.auth.us-east-1.amazoncognito.com/'],
  ['another AWS service', 'https://bedrock-agentcore.us-east-1.amazonaws.com/runtimes'],
  ['a provider name without a scheme', 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Abc'],
])('%s is left alone', (_id, text) => {
  expect(toLocalUrls(text, HERE)).toBe(text);
});

describe('moving to another port', () => {
  const there = 'http://127.0.0.1:45661';

  test('changes what names the old one, at every depth', () => {
    const value: Json = { a: [`${HERE}/x and ${HERE}`], b: 1 };
    expect(moveUrls(value, HERE, there)).toEqual({ a: [`${there}/x and ${there}`], b: 1 });
  });

  test('and leaves a port that only begins alike', () => {
    expect(moveUrls(`${there}/x ${HERE}/y`, HERE, 'http://127.0.0.1:1')).toBe(
      `${there}/x http://127.0.0.1:1/y`,
    );
  });
});
