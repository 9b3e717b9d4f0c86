import { type JsonObject, SELF_SERVICE_SCOPE } from '@secure-agent/contracts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { TokenClaimsError, withTokenClaims } from '../src/index.ts';

const groupScopes = new Map([
  ['employees', ['hr/invoke', 'hr/read', 'hr/write']],
  ['managers', ['hr/invoke', 'hr/manager']],
]);

const personal = { 'custom:tenant': 'acme', 'custom:employee_id': 'E100', email: 'eve@example.com' };

const eventOf = (request: JsonObject = {}, triggerSource: string = 'TokenGeneration_Authentication') => ({
  version: '3',
  triggerSource,
  region: 'us-east-1',
  userPoolId: 'us-east-1_abc',
  userName: 'eve',
  callerContext: { awsSdkVersion: 'x', clientId: 'people' },
  request: {
    userAttributes: personal,
    groupConfiguration: { groupsToOverride: ['employees'], iamRolesToOverride: [], preferredRole: null },
    scopes: [SELF_SERVICE_SCOPE],
    ...request,
  },
  response: { claimsAndScopeOverrideDetails: null },
});

const MACHINE = 'TokenGeneration_ClientCredentials';
const changes = (event: JsonObject) =>
  withTokenClaims(event, groupScopes).response.claimsAndScopeOverrideDetails.accessTokenGeneration;
const groups = (groupsToOverride: JsonObject[string]) => ({ groupConfiguration: { groupsToOverride } });

const EVES = {
  claimsToAddOrOverride: { tenant: 'acme', employee_id: 'E100' },
  scopesToAdd: ['hr/invoke', 'hr/read', 'hr/write'],
  scopesToSuppress: [SELF_SERVICE_SCOPE],
};

describe("a person's access token", () => {
  it.each([
    'TokenGeneration_HostedAuth',
    'TokenGeneration_Authentication',
    'TokenGeneration_NewPasswordChallenge',
    'TokenGeneration_AuthenticateDevice',
    'TokenGeneration_RefreshTokens',
  ])('%s: gets the scopes of the groups, tenant and employee id, and loses self-service', (trigger) => {
    expect(changes(eventOf({}, trigger))).toEqual(EVES);
  });

  it('comes back in the event, whose other parts stay', () => {
    const event = eventOf();
    expect(withTokenClaims(event, groupScopes)).toEqual({
      ...event,
      response: { claimsAndScopeOverrideDetails: { accessTokenGeneration: EVES } },
    });
  });

  it.each([
    ['two groups', groups(['employees', 'managers']), ['hr/invoke', 'hr/read', 'hr/write', 'hr/manager']],
    ['no group', groups([]), []],
    ['no groups member', { groupConfiguration: {} }, []],
    ['no group configuration', { groupConfiguration: null }, []],
    ['an unknown group', groups(['strangers']), []],
    ['a group in another case', groups(['Managers']), []],
    ['groups joined in one name', groups(['employees,managers']), []],
    ['CP-08 a group whose name ends its own quotes', groups(['a","managers']), []],
    ['CP-08 a group whose name is an object', groups(['{"managers":false}']), []],
    ['groups as text', groups('managers'), []],
    ['a group that is a list', groups([['managers']]), []],
    ['__proto__', groups(['__proto__']), []],
    ['constructor', groups(['constructor']), []],
    ['toString', groups(['toString', 'hasOwnProperty', 'valueOf']), []],
  ])('%s', (_, request, scopesToAdd) => {
    expect(changes(eventOf(request)).scopesToAdd).toEqual(scopesToAdd);
  });

  it('loses a role scope that was asked for and that no group gives', () => {
    const scopes = ['openid', 'hr/read', 'hr/admin', 'other/api', SELF_SERVICE_SCOPE];
    expect(changes(eventOf({ scopes }))).toEqual({
      ...EVES,
      scopesToSuppress: [SELF_SERVICE_SCOPE, 'hr/admin', 'other/api'],
    });
  });

  it.each([
    ['no attribute', { email: 'x@example.com' }, {}],
    ['empty ones', { 'custom:tenant': '', 'custom:employee_id': '' }, {}],
    ['no texts', { 'custom:tenant': ['acme'], 'custom:employee_id': 7 }, {}],
    ['one of them', { 'custom:tenant': 'acme' }, { tenant: 'acme' }],
    ['names without the prefix', { tenant: 'globex', employee_id: 'E1' }, {}],
  ])('%s: no claim is made up', (_, userAttributes, claims) => {
    expect(changes(eventOf({ userAttributes })).claimsToAddOrOverride).toEqual(claims);
  });
});

describe('client metadata', () => {
  const clientMetadata = {
    groups: '["managers"]',
    groupsToOverride: ['managers'],
    tenant: 'globex',
    'custom:tenant': 'globex',
    scopesToAdd: '["hr/admin"]',
    triggerSource: 'TokenGeneration_Authentication',
  };

  it("changes nothing of a person's token", () => {
    expect(changes(eventOf({ clientMetadata }))).toEqual(EVES);
  });

  it("changes nothing of a machine's token", () => {
    const request = { userAttributes: {}, groupConfiguration: null, clientMetadata };
    expect(changes(eventOf(request, MACHINE))).toEqual({
      claimsToAddOrOverride: {},
      scopesToAdd: [],
      scopesToSuppress: [SELF_SERVICE_SCOPE],
    });
  });
});

describe("a machine's token", () => {
  it('gets neither scopes nor claims, even where the event holds groups and attributes', () => {
    expect(changes(eventOf({ scopes: ['hr/invoke', 'hr/manager'] }, MACHINE))).toEqual({
      claimsToAddOrOverride: {},
      scopesToAdd: [],
      scopesToSuppress: [SELF_SERVICE_SCOPE],
    });
  });
});

describe('an event that is not understood gets no token', () => {
  it.each<[string, unknown, string]>([
    ['an unknown trigger', eventOf({}, 'TokenGeneration_Other'), 'unknown_trigger'],
    ['another trigger of Cognito', eventOf({}, 'PreSignUp_SignUp'), 'unknown_trigger'],
    ['a trigger in another case', eventOf({}, MACHINE.toLowerCase()), 'unknown_trigger'],
    ['an inherited name as trigger', eventOf({}, 'constructor'), 'unknown_trigger'],
    ['no trigger', { request: {} }, 'unknown_trigger'],
    ['no request', { triggerSource: MACHINE }, 'malformed_event'],
    ['a person without attributes', eventOf({ userAttributes: null }), 'malformed_event'],
    ['text', 'x', 'malformed_event'],
    ['null', null, 'malformed_event'],
    ['a list', [eventOf()], 'malformed_event'],
  ])('%s', (_, event, code) => {
    const error = (() => {
      try {
        return withTokenClaims(event, groupScopes);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(TokenClaimsError);
    expect(error).toMatchObject({ code, message: `pre-token-generation trigger: ${code}` });
  });
});

describe('the Lambda entry', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
  });

  it('reads its groups from the environment', async () => {
    vi.stubEnv('GROUP_SCOPES', '{"employees":["hr/read"],"__proto__":["hr/admin"]}');
    const { handler } = await import('../src/handler.ts');
    const answer = await handler(eventOf(groups(['employees', '__proto__'])));
    expect(answer.response.claimsAndScopeOverrideDetails.accessTokenGeneration.scopesToAdd).toEqual([
      'hr/read',
    ]);
    expect(({} as Record<string, unknown>)['hr/admin']).toBeUndefined();
    await expect(handler(eventOf({}, 'x'))).rejects.toThrow(TokenClaimsError);
  });

  it.each(['', '[]', '{"employees":"hr/read"}', 'x'])('does not load with GROUP_SCOPES %j', async (text) => {
    vi.stubEnv('GROUP_SCOPES', text);
    await expect(import('../src/handler.ts')).rejects.toThrow();
  });
});
