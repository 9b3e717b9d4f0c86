/**
 * Tokens that a real sign-in gives: which of them is a credential, and for how long, whatever happens to their owner.
 * Rows JC-07, JC-08, JC-21 and JC-22 of the attack catalogue, and JK-11, which compares what both doors ask for.
 */
import {
  AdminAddUserToGroupCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminUserGlobalSignOutCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { describe, expect, test } from 'vitest';
import { goodDraft, isGood, portOf, toolCall } from '../support/doors.ts';
import { bodyOf, type Received, send } from '../support/http.ts';
import { sharedAssembly, type TestSystem } from '../support/system.ts';

const MAIL_TOOL = 'ReportTarget___markdown_to_email';

type SignedIn = { readonly access: string; readonly id: string; readonly refresh: string };

const claimsOf = (token: string): { readonly exp: number; readonly iat: number } =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

/** @param running - the system, once it is started. */
export function tokenLife(running: () => TestSystem): void {
  const auth = (flow: 'USER_PASSWORD_AUTH' | 'REFRESH_TOKEN_AUTH', parameters: Record<string, string>) =>
    running().world.clients.cognito.send(
      new InitiateAuthCommand({
        AuthFlow: flow,
        ClientId: running().world.outputs.peopleClientId,
        AuthParameters: parameters,
      }),
    );

  async function signIn(username: string): Promise<SignedIn> {
    const PASSWORD = running().system.secrets.passwords[username] ?? '';
    const { AuthenticationResult: result } = await auth('USER_PASSWORD_AUTH', {
      USERNAME: username,
      PASSWORD,
    });
    const { AccessToken: access = '', IdToken: id = '', RefreshToken: refresh = '' } = result ?? {};
    return { access, id, refresh };
  }

  /** The good request of a door, with this bearer. */
  async function ask(door: 'gateway' | 'runtime', bearer: string, body?: unknown): Promise<Received> {
    const { endpoint } = running().world.outputs;
    const draft = await goodDraft(running(), door);
    // A session of its own: the agent binds one to its first user.
    const session = 'x-amzn-bedrock-agentcore-runtime-session-id';
    const own = door === 'runtime' ? { [session]: `token-life-${crypto.randomUUID()}` } : {};
    const headers = { ...draft.headers, ...own, authorization: `Bearer ${bearer}` };
    return send(portOf(endpoint), {
      ...draft,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  const listed = (answer: Received): boolean => answer.text.includes(`"${MAIL_TOOL}"`);
  const user = (username: string) => ({ UserPoolId: running().world.outputs.userPoolId, Username: username });
  const cognito = () => running().world.clients.cognito;

  describe('of the three tokens of a sign-in', () => {
    test('JC-07 JC-08 only the access token is a credential, at both doors', async () => {
      const { access, id, refresh } = await signIn('maria');
      for (const door of ['gateway', 'runtime'] as const) {
        expect([door, (await ask(door, id)).status]).toEqual([door, 401]);
        const refreshed = (await ask(door, refresh)).status;
        expect([door, refreshed]).toEqual([door, door === 'gateway' ? 401 : 403]);
        expect([door, isGood(door, await ask(door, access))]).toEqual([door, true]);
      }
    });
  });

  describe('the access token of somebody who left', () => {
    test('JC-21 is good until it ends, in fifteen minutes at most, and is not renewed', async () => {
      const { access, refresh } = await signIn('maria');
      const { exp, iat } = claimsOf(access);
      expect(exp - iat).toBeLessThanOrEqual(15 * 60);
      await cognito().send(new AdminUserGlobalSignOutCommand(user('maria')));
      await expect(auth('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: refresh })).rejects.toMatchObject({
        name: 'NotAuthorizedException',
      });
      await cognito().send(new AdminDisableUserCommand(user('maria')));
      try {
        // No door asks the user pool about each call: that is what AWS does too.
        expect(isGood('gateway', await ask('gateway', access))).toBe(true);
        await expect(signIn('maria')).rejects.toMatchObject({ name: 'NotAuthorizedException' });
      } finally {
        await cognito().send(new AdminEnableUserCommand(user('maria')));
      }
      expect(isGood('gateway', await ask('gateway', (await signIn('maria')).access))).toBe(true);
    });

    test('JC-22 holds the rights of a group until it ends; the next one does not', async () => {
      const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
      const call = toolCall(MAIL_TOOL, { recipient_email: 'maria@example.com', markdown_content: 'Hello' });
      const old = (await signIn('maria')).access;
      const group = { ...user('maria'), GroupName: 'managers' };
      await cognito().send(new AdminRemoveUserFromGroupCommand(group));
      try {
        expect(listed(await ask('gateway', old, list))).toBe(true);
        const next = (await signIn('maria')).access;
        // Out of every group she has not even the scope to come in.
        const refused = await ask('gateway', next, list);
        expect([refused.status, listed(refused)]).toEqual([403, false]);
        expect((await ask('gateway', next, call)).status).toBe(403);
        await cognito().send(new AdminAddUserToGroupCommand({ ...user('maria'), GroupName: 'employees' }));
        const employee = (await signIn('maria')).access;
        expect(listed(await ask('gateway', employee, list))).toBe(false);
        expect(bodyOf(await ask('gateway', employee, call))).toMatchObject({ error: { code: -32002 } });
      } finally {
        await cognito().send(
          new AdminRemoveUserFromGroupCommand({ ...user('maria'), GroupName: 'employees' }),
        );
        await cognito().send(new AdminAddUserToGroupCommand(group));
      }
      expect(listed(await ask('gateway', (await signIn('maria')).access, list))).toBe(true);
    });
  });

  test('JK-11 both doors ask for the same, but for the machines that only the gateway admits', () => {
    const { Resources } = sharedAssembly().template;
    const rulesOf = (type: string): Record<string, unknown> => {
      const [found, ...others] = Object.values(Resources).filter(({ Type }) => Type === type);
      expect([type, others]).toEqual([type, []]);
      const configuration = JSON.parse(JSON.stringify(found?.Properties['AuthorizerConfiguration']));
      return configuration.CustomJWTAuthorizer;
    };
    const { AllowedClients: atRuntime, ...runtime } = rulesOf('AWS::BedrockAgentCore::Runtime');
    const { AllowedClients: atGateway, ...gateway } = rulesOf('AWS::BedrockAgentCore::Gateway');
    expect(Object.keys(runtime).toSorted()).toEqual(['AllowedScopes', 'CustomClaims', 'DiscoveryUrl']);
    expect(gateway).toEqual(runtime);
    const [people, ...machines] = JSON.parse(JSON.stringify(atGateway));
    expect(atRuntime).toEqual([people]);
    expect(machines).toHaveLength(2);
  });
}
