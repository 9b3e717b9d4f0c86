/** The AWS SDK's own Cognito client against the local Cognito: nothing of ours writes these requests. */
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  CognitoIdentityProviderClient,
  DescribeResourceServerCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  ListDevicesCommand,
  ListGroupsCommand,
  ListResourceServersCommand,
  ListUserPoolClientsCommand,
  ListUserPoolsCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
  RespondToAuthChallengeCommand,
  RevokeTokenCommand,
  SignUpCommand,
  TagResourceCommand,
  UpdateUserAttributesCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addPerson, deploy, type Harness, PASSWORD, type Stack, startHarness } from './harness.ts';

let cognito: Harness;
let stack: Stack;
let sdk: CognitoIdentityProviderClient;

beforeAll(async () => {
  cognito = await startHarness();
  cognito.clock.ms = Date.now();
  stack = await deploy(cognito);
  sdk = new CognitoIdentityProviderClient({
    endpoint: cognito.endpoint,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'LOCALOPERATOR000', secretAccessKey: 'not-checked-by-this-harness-000000' },
  });
  await addPerson(cognito, stack.poolId, 'maria', { groups: ['managers'] });
});
afterAll(async () => {
  sdk.destroy();
  await cognito.stop();
});

const signIn = (USERNAME: string, given: string) =>
  sdk.send(
    new InitiateAuthCommand({
      AuthFlow: 'USER_PASSWORD_AUTH',
      ClientId: stack.people,
      AuthParameters: { USERNAME, PASSWORD: given },
    }),
  );

test('an administrator makes a user, the user sets a password and signs in, the token verifies', async () => {
  const user = { UserPoolId: stack.poolId, Username: 'eve' };
  const { User } = await sdk.send(
    new AdminCreateUserCommand({
      ...user,
      MessageAction: 'SUPPRESS',
      TemporaryPassword: 'Temporary-Horse-1',
      UserAttributes: [{ Name: 'email', Value: 'eve@example.com' }],
    }),
  );
  expect(User?.UserStatus).toBe('FORCE_CHANGE_PASSWORD');
  expect(User?.UserCreateDate).toBeInstanceOf(Date);
  await sdk.send(new AdminAddUserToGroupCommand({ ...user, GroupName: 'developers' }));

  const challenge = await signIn('eve', 'Temporary-Horse-1');
  expect(challenge.ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
  const { AuthenticationResult } = await sdk.send(
    new RespondToAuthChallengeCommand({
      ClientId: stack.people,
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: challenge.Session,
      ChallengeResponses: { USERNAME: 'eve', NEW_PASSWORD: PASSWORD },
    }),
  );
  const issuer = `${cognito.endpoint}/${stack.poolId}`;
  const { payload } = await jwtVerify(
    AuthenticationResult?.AccessToken ?? '',
    createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`)),
    { issuer, algorithms: ['RS256'] },
  );
  expect(payload).toMatchObject({
    username: 'eve',
    'cognito:groups': ['developers'],
    client_id: stack.people,
  });

  const AccessToken = AuthenticationResult?.AccessToken;
  expect((await sdk.send(new GetUserCommand({ AccessToken }))).Username).toBe('eve');
  await sdk.send(
    new UpdateUserAttributesCommand({ AccessToken, UserAttributes: [{ Name: 'given_name', Value: 'Eve' }] }),
  );
  const read = await sdk.send(new AdminGetUserCommand(user));
  expect(read.UserAttributes).toContainEqual({ Name: 'given_name', Value: 'Eve' });
  expect(read.UserAttributes?.[0]).toEqual({ Name: 'sub', Value: payload.sub });
  await sdk.send(new GlobalSignOutCommand({ AccessToken }));
  await expect(sdk.send(new GetUserCommand({ AccessToken }))).rejects.toMatchObject({
    name: 'NotAuthorizedException',
  });
});

test('the other administrator operations', async () => {
  const user = { UserPoolId: stack.poolId, Username: 'carl' };
  await sdk.send(new AdminCreateUserCommand({ ...user, MessageAction: 'SUPPRESS' }));
  await sdk.send(new AdminSetUserPasswordCommand({ ...user, Password: PASSWORD, Permanent: true }));
  await sdk.send(
    new AdminUpdateUserAttributesCommand({ ...user, UserAttributes: [{ Name: 'custom:role', Value: 'x' }] }),
  );
  await sdk.send(new AdminAddUserToGroupCommand({ ...user, GroupName: 'managers' }));
  const groups = await sdk.send(new AdminListGroupsForUserCommand(user));
  expect(groups.Groups?.map(({ GroupName }) => GroupName)).toEqual(['managers']);
  const members = await sdk.send(
    new ListUsersInGroupCommand({ UserPoolId: stack.poolId, GroupName: 'managers' }),
  );
  expect(members.Users?.map(({ Username }) => Username)).toEqual(['maria', 'carl']);
  await sdk.send(new AdminRemoveUserFromGroupCommand({ ...user, GroupName: 'managers' }));

  await sdk.send(new AdminDisableUserCommand(user));
  await expect(signIn('carl', PASSWORD)).rejects.toMatchObject({ name: 'NotAuthorizedException' });
  await sdk.send(new AdminEnableUserCommand(user));
  const { AuthenticationResult } = await signIn('carl', PASSWORD);
  await sdk.send(
    new RevokeTokenCommand({ ClientId: stack.people, Token: AuthenticationResult?.RefreshToken }),
  );
  await expect(
    sdk.send(
      new InitiateAuthCommand({
        AuthFlow: 'REFRESH_TOKEN_AUTH',
        ClientId: stack.people,
        AuthParameters: { REFRESH_TOKEN: AuthenticationResult?.RefreshToken ?? '' },
      }),
    ),
  ).rejects.toMatchObject({ name: 'NotAuthorizedException' });

  await sdk.send(new AdminDeleteUserCommand(user));
  const left = await sdk.send(
    new ListUsersCommand({ UserPoolId: stack.poolId, Filter: 'username = "carl"' }),
  );
  expect(left.Users).toEqual([]);
});

test('pools, clients, resource servers and groups are described', async () => {
  const UserPoolId = stack.poolId;
  const pools = await sdk.send(new ListUserPoolsCommand({ MaxResults: 10 }));
  expect(pools.UserPools?.map(({ Id }) => Id)).toEqual([UserPoolId]);
  const { UserPool } = await sdk.send(new DescribeUserPoolCommand({ UserPoolId }));
  expect(UserPool).toMatchObject({
    Id: UserPoolId,
    Domain: 'people',
    UserPoolTier: 'ESSENTIALS',
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    LambdaConfig: { PreTokenGenerationConfig: { LambdaVersion: 'V3_0' } },
  });
  const clients = await sdk.send(new ListUserPoolClientsCommand({ UserPoolId }));
  expect(clients.UserPoolClients).toHaveLength(3);
  const { UserPoolClient } = await sdk.send(
    new DescribeUserPoolClientCommand({ UserPoolId, ClientId: stack.manager.id }),
  );
  expect(UserPoolClient).toMatchObject({
    ClientSecret: stack.manager.secret,
    AllowedOAuthFlows: ['client_credentials'],
    AllowedOAuthScopes: ['hr/invoke', 'hr/manager'],
  });
  const servers = await sdk.send(new ListResourceServersCommand({ UserPoolId, MaxResults: 10 }));
  const { ResourceServer } = await sdk.send(
    new DescribeResourceServerCommand({ UserPoolId, Identifier: 'hr' }),
  );
  expect(servers.ResourceServers).toEqual([ResourceServer]);
  expect(ResourceServer?.Scopes?.map(({ ScopeName }) => ScopeName)).toContain('invoke');
  const { Groups } = await sdk.send(new ListGroupsCommand({ UserPoolId }));
  expect(Groups?.map(({ GroupName }) => GroupName)).toContain('managers');
});

test.each([
  ['a wrong password', () => signIn('maria', 'Wrong-Horse-7'), 'NotAuthorizedException'],
  ['an unknown user', () => signIn('mallory', 'Wrong-Horse-7'), 'NotAuthorizedException'],
  [
    'sign-up',
    () => sdk.send(new SignUpCommand({ ClientId: stack.people, Username: 'm', Password: PASSWORD })),
    'NotAuthorizedException',
  ],
  [
    'a weak password',
    () =>
      sdk.send(
        new AdminSetUserPasswordCommand({ UserPoolId: stack.poolId, Username: 'maria', Password: 'weak' }),
      ),
    'InvalidPasswordException',
  ],
  [
    'an unknown pool',
    () => sdk.send(new DescribeUserPoolCommand({ UserPoolId: 'us-east-1_none' })),
    'ResourceNotFoundException',
  ],
  [
    'what is not here and takes a token',
    () => sdk.send(new ListDevicesCommand({ AccessToken: 'x' })),
    'UnknownOperationException',
  ],
  [
    'what is not here',
    () => sdk.send(new TagResourceCommand({ ResourceArn: 'x', Tags: {} })),
    'UnknownOperationException',
  ],
])('the SDK names the refusal of %s', async (_name, send, name) => {
  await expect(send()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  expect((await signIn('maria', PASSWORD)).AuthenticationResult?.TokenType).toBe('Bearer');
});
