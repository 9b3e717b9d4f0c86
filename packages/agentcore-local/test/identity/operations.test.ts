/**
 * Every operation of the Cognito API, with AWS's own client. What is here is called and answers in the SDK's own shapes;
 * what is not here says so by name; docs/cognito.md says which is which.
 */
import * as sdkModule from '@aws-sdk/client-cognito-identity-provider';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../src/identity/api/operations.ts';
import { type Harness, PASSWORD, startHarness } from './harness.ts';
import { schemaOf, unknownMembers } from './sdk-shapes.ts';
import { srpClient } from './srp-client.ts';

const NEW_PASSWORD = 'Another-Horse-8';

let cognito: Harness;
let sdk: CognitoIdentityProviderClient;

beforeAll(async () => {
  cognito = await startHarness();
  cognito.clock.ms = Date.now();
  sdk = new CognitoIdentityProviderClient({
    endpoint: cognito.endpoint,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'LOCALOPERATOR000', secretAccessKey: 'not-checked-by-this-harness-000000' },
  });
});
afterAll(async () => {
  sdk.destroy();
  await cognito.stop();
});

const code = (): string => /\d{6}/.exec(cognito.mails.at(-1)?.text ?? '')?.[0] ?? 'none';

const POOL_SETTINGS = {
  PoolName: 'scripted',
  AutoVerifiedAttributes: ['email' as const],
  Schema: [
    {
      Name: 'tenant',
      AttributeDataType: 'String' as const,
      Mutable: false,
      StringAttributeConstraints: { MinLength: '1', MaxLength: '16' },
    },
  ],
  UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email' as const] },
};

/** A pool made by a script, with all that a sign-in needs. */
async function scriptedPool() {
  const made = await sdk.send(new sdkModule.CreateUserPoolCommand(POOL_SETTINGS));
  const UserPoolId = made.UserPool?.Id ?? '';
  const server = { UserPoolId, Identifier: 'hr', Name: 'HR' };
  await sdk.send(
    new sdkModule.CreateResourceServerCommand({
      ...server,
      Scopes: ['read', 'write'].map((ScopeName) => ({ ScopeName, ScopeDescription: ScopeName })),
    }),
  );
  const { UserPoolClient } = await sdk.send(
    new sdkModule.CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: 'people',
      ExplicitAuthFlows: [
        'ALLOW_USER_PASSWORD_AUTH',
        'ALLOW_ADMIN_USER_PASSWORD_AUTH',
        'ALLOW_USER_SRP_AUTH',
        'ALLOW_REFRESH_TOKEN_AUTH',
      ],
      PreventUserExistenceErrors: 'ENABLED',
    }),
  );
  const user = { UserPoolId, Username: 'maria' };
  await sdk.send(
    new sdkModule.AdminCreateUserCommand({
      ...user,
      MessageAction: 'SUPPRESS',
      UserAttributes: [
        { Name: 'email', Value: 'maria@example.com' },
        { Name: 'email_verified', Value: 'true' },
        { Name: 'nickname', Value: 'Mia' },
      ],
    }),
  );
  await sdk.send(new sdkModule.AdminSetUserPasswordCommand({ ...user, Password: PASSWORD, Permanent: true }));
  return { UserPoolId, ClientId: UserPoolClient?.ClientId ?? '', user, server };
}

type Scripted = Awaited<ReturnType<typeof scriptedPool>>;

const passwordSignIn = async ({ ClientId }: Scripted, given = PASSWORD) => {
  const AuthParameters = { USERNAME: 'maria', PASSWORD: given };
  const { AuthenticationResult } = await sdk.send(
    new sdkModule.InitiateAuthCommand({ AuthFlow: 'USER_PASSWORD_AUTH', ClientId, AuthParameters }),
  );
  return AuthenticationResult ?? {};
};

const named = (name: string) => ({ name, $metadata: { httpStatusCode: 400 } });

describe('create, get, update, list, delete', () => {
  test('a user pool: an update replaces what it may change and keeps the rest', async () => {
    const { UserPoolId } = await scriptedPool();
    const describe = async () =>
      (await sdk.send(new sdkModule.DescribeUserPoolCommand({ UserPoolId }))).UserPool;
    expect(await describe()).toMatchObject({
      Name: 'scripted',
      AutoVerifiedAttributes: ['email'],
      Arn: `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${UserPoolId}`,
    });
    await sdk.send(
      new sdkModule.UpdateUserPoolCommand({
        UserPoolId,
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      }),
    );
    await sdk.send(
      new sdkModule.AddCustomAttributesCommand({
        UserPoolId,
        CustomAttributes: [{ Name: 'team', AttributeDataType: 'String', Mutable: true }],
      }),
    );
    const after = await describe();
    expect(after?.AdminCreateUserConfig?.AllowAdminCreateUserOnly).toBe(true);
    expect(after).not.toHaveProperty('AutoVerifiedAttributes');
    expect(after?.SchemaAttributes?.map(({ Name }) => Name)).toEqual(['custom:tenant', 'custom:team']);
    expect(after?.SchemaAttributes?.[0]?.StringAttributeConstraints).toEqual({
      MinLength: '1',
      MaxLength: '16',
    });
    const { UserPools } = await sdk.send(new sdkModule.ListUserPoolsCommand({ MaxResults: 60 }));
    expect(UserPools?.map(({ Id }) => Id)).toContain(UserPoolId);
    await sdk.send(new sdkModule.DeleteUserPoolCommand({ UserPoolId }));
    await expect(describe()).rejects.toMatchObject(named('ResourceNotFoundException'));
  });

  test('a protected pool stays', async () => {
    const { UserPoolId } = await scriptedPool();
    const protect = (DeletionProtection: 'ACTIVE' | 'INACTIVE') =>
      sdk.send(new sdkModule.UpdateUserPoolCommand({ UserPoolId, DeletionProtection }));
    const remove = () => sdk.send(new sdkModule.DeleteUserPoolCommand({ UserPoolId }));
    await protect('ACTIVE');
    await expect(remove()).rejects.toMatchObject(named('InvalidParameterException'));
    await protect('INACTIVE');
    await remove();
  });

  test('an app client: an update is a full replacement, and keeps the secret', async () => {
    const { UserPoolId } = await scriptedPool();
    const { UserPoolClient: made } = await sdk.send(
      new sdkModule.CreateUserPoolClientCommand({
        UserPoolId,
        ClientName: 'web',
        GenerateSecret: true,
        AccessTokenValidity: 2,
        WriteAttributes: ['email'],
      }),
    );
    const one = { UserPoolId, ClientId: made?.ClientId };
    const { UserPoolClient: updated } = await sdk.send(
      new sdkModule.UpdateUserPoolClientCommand({ ...one, ReadAttributes: ['email'] }),
    );
    expect(updated?.ClientSecret).toBe(made?.ClientSecret);
    expect([updated?.AccessTokenValidity, updated?.WriteAttributes, updated?.ReadAttributes]).toEqual([
      undefined,
      undefined,
      ['email'],
    ]);
    const read = await sdk.send(new sdkModule.DescribeUserPoolClientCommand(one));
    expect(read.UserPoolClient).toEqual(updated);
    const listed = await sdk.send(new sdkModule.ListUserPoolClientsCommand({ UserPoolId }));
    expect(listed.UserPoolClients?.map(({ ClientName }) => ClientName)).toEqual(['people', 'web']);
    await sdk.send(new sdkModule.DeleteUserPoolClientCommand(one));
    await expect(sdk.send(new sdkModule.DescribeUserPoolClientCommand(one))).rejects.toMatchObject(
      named('ResourceNotFoundException'),
    );
    const unknown = { UserPoolId, ClientName: 'x', AllowedOAuthScopes: ['hr/none'] };
    await expect(sdk.send(new sdkModule.CreateUserPoolClientCommand(unknown))).rejects.toMatchObject(
      named('InvalidParameterException'),
    );
  });

  test('a resource server: scopes that an update leaves out are gone', async () => {
    const { server, UserPoolId } = await scriptedPool();
    const { Identifier } = server;
    await expect(sdk.send(new sdkModule.CreateResourceServerCommand(server))).rejects.toMatchObject(
      named('InvalidParameterException'),
    );
    const { ResourceServer } = await sdk.send(new sdkModule.UpdateResourceServerCommand(server));
    expect(ResourceServer).toMatchObject({ Name: 'HR', Scopes: [] });
    const one = { UserPoolId, Identifier };
    const read = await sdk.send(new sdkModule.DescribeResourceServerCommand(one));
    expect(read.ResourceServer).toEqual(ResourceServer);
    const listed = await sdk.send(new sdkModule.ListResourceServersCommand({ UserPoolId, MaxResults: 10 }));
    expect(listed.ResourceServers).toEqual([ResourceServer]);
    await sdk.send(new sdkModule.DeleteResourceServerCommand(one));
    await expect(sdk.send(new sdkModule.DeleteResourceServerCommand(one))).rejects.toMatchObject(
      named('ResourceNotFoundException'),
    );
  });

  test('a domain', async () => {
    const { UserPoolId } = await scriptedPool();
    const one = { UserPoolId, Domain: 'scripted' };
    await sdk.send(new sdkModule.CreateUserPoolDomainCommand(one));
    const describe = async () =>
      (await sdk.send(new sdkModule.DescribeUserPoolDomainCommand({ Domain: 'scripted' }))).DomainDescription;
    expect(await describe()).toMatchObject({ UserPoolId, Status: 'ACTIVE' });
    await expect(sdk.send(new sdkModule.CreateUserPoolDomainCommand(one))).rejects.toMatchObject(
      named('InvalidParameterException'),
    );
    await sdk.send(new sdkModule.DeleteUserPoolDomainCommand(one));
    expect(await describe()).toEqual({});
  });

  test('a group: an update keeps what it leaves out; a role comes into the id token', async () => {
    const pool = await scriptedPool();
    const { UserPoolId, user } = pool;
    const one = { UserPoolId, GroupName: 'managers' };
    const RoleArn = 'arn:aws:iam::000000000000:role/managers';
    await sdk.send(new sdkModule.CreateGroupCommand({ ...one, Precedence: 1, RoleArn }));
    await expect(sdk.send(new sdkModule.CreateGroupCommand(one))).rejects.toMatchObject(
      named('GroupExistsException'),
    );
    await sdk.send(new sdkModule.UpdateGroupCommand({ ...one, Description: 'They manage' }));
    const { Group } = await sdk.send(new sdkModule.GetGroupCommand(one));
    expect(Group).toMatchObject({ Precedence: 1, Description: 'They manage', RoleArn });
    const { Groups } = await sdk.send(new sdkModule.ListGroupsCommand({ UserPoolId }));
    expect(Groups).toEqual([Group]);
    await sdk.send(new sdkModule.AdminAddUserToGroupCommand({ ...user, GroupName: 'managers' }));
    const { IdToken } = await passwordSignIn(pool);
    expect(decodeJwt(IdToken ?? '')).toMatchObject({
      'cognito:groups': ['managers'],
      'cognito:roles': [RoleArn],
      'cognito:preferred_role': RoleArn,
    });
    const listed = await sdk.send(new sdkModule.AdminListGroupsForUserCommand(user));
    expect(listed.Groups).toEqual([Group]);
    const members = await sdk.send(new sdkModule.ListUsersInGroupCommand(one));
    expect(members.Users).toHaveLength(1);
    await sdk.send(new sdkModule.AdminRemoveUserFromGroupCommand({ ...user, GroupName: 'managers' }));
    await sdk.send(new sdkModule.DeleteGroupCommand(one));
    await expect(sdk.send(new sdkModule.GetGroupCommand(one))).rejects.toMatchObject(
      named('ResourceNotFoundException'),
    );
  });

  test('a user', async () => {
    const pool = await scriptedPool();
    const { user, UserPoolId } = pool;
    const { AccessToken } = await passwordSignIn(pool);
    await sdk.send(
      new sdkModule.AdminUpdateUserAttributesCommand({
        ...user,
        UserAttributes: [{ Name: 'given_name', Value: 'Maria' }],
      }),
    );
    await sdk.send(
      new sdkModule.AdminDeleteUserAttributesCommand({ ...user, UserAttributeNames: ['nickname'] }),
    );
    const read = await sdk.send(new sdkModule.AdminGetUserCommand(user));
    const names = read.UserAttributes?.map(({ Name }) => Name);
    expect(names).toEqual(['sub', 'email', 'email_verified', 'given_name']);
    const found = await sdk.send(
      new sdkModule.ListUsersCommand({ UserPoolId, Filter: 'given_name ^= "Mar"' }),
    );
    expect(found.Users?.map(({ Username }) => Username)).toEqual(['maria']);
    await sdk.send(new sdkModule.AdminDisableUserCommand(user));
    await expect(passwordSignIn(pool)).rejects.toMatchObject({ message: 'User is disabled.' });
    await sdk.send(new sdkModule.AdminEnableUserCommand(user));
    await sdk.send(new sdkModule.AdminUserGlobalSignOutCommand(user));
    await expect(sdk.send(new sdkModule.GetUserCommand({ AccessToken }))).rejects.toMatchObject(
      named('NotAuthorizedException'),
    );
    await sdk.send(new sdkModule.AdminDeleteUserCommand(user));
    await expect(passwordSignIn(pool)).rejects.toMatchObject({ message: 'Incorrect username or password.' });
  });
});

describe('signing in', () => {
  test('SRP, administrator, challenge, refresh and revocation', async () => {
    const pool = await scriptedPool();
    const { UserPoolId, ClientId, user } = pool;
    const half = srpClient(UserPoolId);
    const { ChallengeParameters } = await sdk.send(
      new sdkModule.InitiateAuthCommand({
        AuthFlow: 'USER_SRP_AUTH',
        ClientId,
        AuthParameters: { USERNAME: 'maria', SRP_A: half.publicA },
      }),
    );
    const { SALT = '', SRP_B = '', SECRET_BLOCK = '', USER_ID_FOR_SRP = '' } = ChallengeParameters ?? {};
    const bySrp = await sdk.send(
      new sdkModule.RespondToAuthChallengeCommand({
        ChallengeName: 'PASSWORD_VERIFIER',
        ClientId,
        ChallengeResponses: half.answer({ SALT, SRP_B, SECRET_BLOCK, USER_ID_FOR_SRP }, PASSWORD),
      }),
    );
    const RefreshToken = bySrp.AuthenticationResult?.RefreshToken ?? '';
    const refreshed = await sdk.send(
      new sdkModule.GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken }),
    );
    expect(refreshed.AuthenticationResult?.AccessToken).toBeDefined();
    await sdk.send(new sdkModule.RevokeTokenCommand({ ClientId, Token: RefreshToken }));
    await expect(
      sdk.send(new sdkModule.GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken })),
    ).rejects.toMatchObject(named('NotAuthorizedException'));

    const Password = 'Temporary-Horse-1';
    await sdk.send(new sdkModule.AdminSetUserPasswordCommand({ ...user, Password, Permanent: false }));
    const asked = await sdk.send(
      new sdkModule.AdminInitiateAuthCommand({
        AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
        ...{ UserPoolId, ClientId },
        AuthParameters: { USERNAME: 'maria', PASSWORD: Password },
      }),
    );
    expect(asked.ChallengeName).toBe('NEW_PASSWORD_REQUIRED');
    const answered = await sdk.send(
      new sdkModule.AdminRespondToAuthChallengeCommand({
        ...{ UserPoolId, ClientId },
        ChallengeName: 'NEW_PASSWORD_REQUIRED',
        Session: asked.Session,
        ChallengeResponses: { USERNAME: 'maria', NEW_PASSWORD },
      }),
    );
    expect(answered.AuthenticationResult?.TokenType).toBe('Bearer');
  });

  test('the administrator flow is for clients that allow it, in their own pool', async () => {
    const pool = await scriptedPool();
    const other = await scriptedPool();
    const { UserPoolClient } = await sdk.send(
      new sdkModule.CreateUserPoolClientCommand({
        UserPoolId: pool.UserPoolId,
        ClientName: 'plain',
        ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'],
      }),
    );
    const send = (UserPoolId: string, ClientId: string | undefined) =>
      sdk.send(
        new sdkModule.AdminInitiateAuthCommand({
          AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
          ...{ UserPoolId, ClientId },
          AuthParameters: { USERNAME: 'maria', PASSWORD },
        }),
      );
    await expect(send(pool.UserPoolId, UserPoolClient?.ClientId)).rejects.toMatchObject(
      named('InvalidParameterException'),
    );
    await expect(send(other.UserPoolId, pool.ClientId)).rejects.toMatchObject(
      named('ResourceNotFoundException'),
    );
    expect((await send(pool.UserPoolId, pool.ClientId)).AuthenticationResult).toBeDefined();
  });

  test('GetClientToken: for a client of that kind alone, with its secret and its scopes', async () => {
    const { UserPoolId, ClientId: people } = await scriptedPool();
    // This version of the SDK documents the flow and does not list it.
    const flows = (...ExplicitAuthFlows: string[]): Readonly<Record<string, readonly string[]>> => ({
      ExplicitAuthFlows,
    });
    const make = (more: Partial<sdkModule.CreateUserPoolClientCommandInput>) =>
      sdk.send(
        new sdkModule.CreateUserPoolClientCommand({
          ...{ UserPoolId, ClientName: 'machine', GenerateSecret: true },
          ...flows('ALLOW_CLIENT_TOKEN_AUTH'),
          AllowedOAuthScopes: ['hr/read'],
          ...more,
        }),
      );
    const { UserPoolClient } = await make({});
    const ClientId = UserPoolClient?.ClientId;
    const Secret = UserPoolClient?.ClientSecret;
    const send = (more: Partial<sdkModule.GetClientTokenCommandInput>) =>
      sdk.send(new sdkModule.GetClientTokenCommand({ ClientId, Secret, ...more }));
    const { ClientAuthenticationResult } = await send({ Scopes: ['hr/read'] });
    expect(ClientAuthenticationResult).toMatchObject({ ExpiresIn: 3600, TokenType: 'Bearer' });
    expect(decodeJwt(ClientAuthenticationResult?.AccessToken ?? '')).toMatchObject({
      sub: ClientId,
      scope: 'hr/read',
    });
    await expect(send({ Secret: 'x' })).rejects.toMatchObject(named('NotAuthorizedException'));
    await expect(send({ Scopes: ['hr/write'] })).rejects.toMatchObject(named('InvalidParameterException'));
    await expect(send({ ClientId: people })).rejects.toMatchObject(named('NotAuthorizedException'));
    const oauth = await make({
      ExplicitAuthFlows: [],
      AllowedOAuthFlows: ['client_credentials'],
      AllowedOAuthFlowsUserPoolClient: true,
    });
    const { ClientId: other, ClientSecret } = oauth.UserPoolClient ?? {};
    await expect(send({ ClientId: other, Secret: ClientSecret })).rejects.toMatchObject(
      named('NotAuthorizedException'),
    );
    await expect(make(flows('ALLOW_CLIENT_TOKEN_AUTH', 'ALLOW_USER_PASSWORD_AUTH'))).rejects.toMatchObject(
      named('InvalidParameterException'),
    );
    await expect(make({ GenerateSecret: false })).rejects.toMatchObject(named('InvalidParameterException'));
  });
});

describe('what people do for themselves', () => {
  test('change a password: the old one is asked for, and counted', async () => {
    const pool = await scriptedPool();
    const { AccessToken } = await passwordSignIn(pool);
    const change = (PreviousPassword: string, ProposedPassword = NEW_PASSWORD) =>
      sdk.send(new sdkModule.ChangePasswordCommand({ AccessToken, PreviousPassword, ProposedPassword }));
    await expect(change(PASSWORD, 'weak')).rejects.toMatchObject(named('InvalidPasswordException'));
    for (let guess = 0; guess < 5; guess += 1) {
      await expect(change(`Wrong-Horse-${guess}`)).rejects.toMatchObject(named('NotAuthorizedException'));
    }
    await expect(change(PASSWORD)).rejects.toMatchObject({ message: 'Password attempts exceeded' });
    cognito.clock.ms += 1_000;
    await change(PASSWORD);
    await expect(passwordSignIn(pool)).rejects.toMatchObject(named('NotAuthorizedException'));
    expect(await passwordSignIn(pool, NEW_PASSWORD)).toHaveProperty('AccessToken');
  });

  test('get a new password for a forgotten one, by a code in the mailbox', async () => {
    const pool = await scriptedPool();
    const { ClientId } = pool;
    const asked = { ClientId, Username: 'maria' };
    const { CodeDeliveryDetails } = await sdk.send(new sdkModule.ForgotPasswordCommand(asked));
    expect(CodeDeliveryDetails).toEqual({
      Destination: 'm***@e***',
      DeliveryMedium: 'EMAIL',
      AttributeName: 'email',
    });
    expect(cognito.mails.at(-1)?.to).toBe('maria@example.com');
    const right = code();
    const confirm = (ConfirmationCode: string, Password = NEW_PASSWORD) =>
      sdk.send(new sdkModule.ConfirmForgotPasswordCommand({ ...asked, ConfirmationCode, Password }));
    await expect(confirm(right === '000000' ? '000001' : '000000')).rejects.toMatchObject(
      named('CodeMismatchException'),
    );
    await expect(confirm(right, 'weak')).rejects.toMatchObject(named('InvalidPasswordException'));
    await confirm(right);
    await expect(confirm(right)).rejects.toMatchObject(named('ExpiredCodeException'));
    expect(await passwordSignIn(pool, NEW_PASSWORD)).toHaveProperty('AccessToken');
    await sdk.send(new sdkModule.ForgotPasswordCommand(asked));
    cognito.clock.ms += 3_600_000;
    await expect(confirm(code())).rejects.toMatchObject(named('ExpiredCodeException'));
  });

  test('an administrator takes a password away: the user needs a code', async () => {
    const pool = await scriptedPool();
    await sdk.send(new sdkModule.AdminResetUserPasswordCommand(pool.user));
    await expect(passwordSignIn(pool)).rejects.toMatchObject(named('PasswordResetRequiredException'));
    await sdk.send(
      new sdkModule.ConfirmForgotPasswordCommand({
        ...{ ClientId: pool.ClientId, Username: 'maria' },
        ConfirmationCode: code(),
        Password: NEW_PASSWORD,
      }),
    );
    expect(await passwordSignIn(pool, NEW_PASSWORD)).toHaveProperty('AccessToken');
  });

  test('change, prove and delete attributes, sign out, leave', async () => {
    const pool = await scriptedPool();
    const { AccessToken } = await passwordSignIn(pool);
    const own = async () =>
      Object.fromEntries(
        (await sdk.send(new sdkModule.GetUserCommand({ AccessToken }))).UserAttributes?.map((one) => [
          one.Name,
          one.Value,
        ]) ?? [],
      );
    const verify = () =>
      sdk.send(
        new sdkModule.VerifyUserAttributeCommand({ AccessToken, AttributeName: 'email', Code: code() }),
      );
    await sdk.send(
      new sdkModule.UpdateUserAttributesCommand({
        AccessToken,
        UserAttributes: [
          { Name: 'email', Value: 'new@example.com' },
          { Name: 'given_name', Value: 'Maria' },
        ],
      }),
    );
    expect(await own()).toMatchObject({ email: 'maria@example.com', given_name: 'Maria' });
    expect(cognito.mails.at(-1)?.to).toBe('new@example.com');
    await verify();
    expect(await own()).toMatchObject({ email: 'new@example.com', email_verified: 'true' });
    await sdk.send(
      new sdkModule.GetUserAttributeVerificationCodeCommand({ AccessToken, AttributeName: 'email' }),
    );
    await verify();
    await sdk.send(
      new sdkModule.DeleteUserAttributesCommand({ AccessToken, UserAttributeNames: ['nickname'] }),
    );
    expect(await own()).not.toHaveProperty('nickname');
    await expect(
      sdk.send(
        new sdkModule.DeleteUserAttributesCommand({ AccessToken, UserAttributeNames: ['custom:tenant'] }),
      ),
    ).rejects.toMatchObject(named('NotAuthorizedException'));
    await sdk.send(new sdkModule.GlobalSignOutCommand({ AccessToken }));
    const again = await passwordSignIn(pool);
    await sdk.send(new sdkModule.DeleteUserCommand({ AccessToken: again.AccessToken }));
    await expect(passwordSignIn(pool)).rejects.toMatchObject(named('NotAuthorizedException'));
  });
});

/** Every operation that the SDK has. */
const ALL = Object.keys(sdkModule)
  .filter((name) => name.endsWith('Command') && name !== '$Command')
  .map((name) => name.slice(0, -'Command'.length))
  .sort();

/** Here only to refuse by the pool's own setting (AdminCreateUserOnly). */
const REFUSES_ALWAYS = ['SignUp'];

describe('the whole API', () => {
  const operations = [...OPERATIONS.keys()];

  test('every operation that is here was called above and succeeded', () => {
    const done = new Set(
      cognito.answers.filter(({ status }) => status === 200).map(({ operation }) => operation),
    );
    expect(operations.filter((name) => !done.has(name) && !REFUSES_ALWAYS.includes(name))).toEqual([]);
    expect(operations.filter((name) => !ALL.includes(name))).toEqual([]);
  });

  test('no answer has a member that the SDK does not know', () => {
    const good = cognito.answers.filter(({ status }) => status === 200);
    expect(good.length).toBeGreaterThan(100);
    const strange = good.flatMap(({ operation, body }) =>
      unknownMembers(schemaOf(`${operation}Response`), JSON.parse(body), operation),
    );
    expect(strange).toEqual([]);
    expect(unknownMembers(schemaOf('GetGroupResponse'), { Group: { Nmae: 1 } }, 'x')).toEqual([
      'x.Group.Nmae',
    ]);
  });

  test.each(ALL.filter((name) => !OPERATIONS.has(name)))(
    '%s says that it is not supported locally',
    async (name) => {
      const answer = await fetch(cognito.endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': `AWSCognitoIdentityProviderService.${name}`,
        },
        body: '{}',
      });
      expect([answer.status, await answer.json()]).toEqual([
        400,
        { __type: 'UnknownOperationException', message: `${name} is not supported locally.` },
      ]);
    },
  );

  test('an operation asks for a signature where the SDK signs', () => {
    // The SDK signs GetClientToken, but AWS evaluates no IAM there: the client secret is the proof.
    const exempt = ['GetClientToken'];
    const scheme = (operation: string) =>
      sdk.config.httpAuthSchemeProvider({ operation, region: 'us-east-1' })[0]?.schemeId;
    const differing = operations.filter(
      (name) => OPERATIONS.get(name)?.signed !== (scheme(name) === 'aws.auth#sigv4'),
    );
    expect(differing).toEqual(exempt);
  });

  test('docs/cognito.md is what the code says (renew it with vitest -u)', async () => {
    const row = (name: string): string => {
      const operation = OPERATIONS.get(name);
      const proof = operation?.signed === true ? 'SigV4' : 'password, token, code or client secret';
      return `| ${name} | ${operation === undefined ? 'not supported locally' : 'yes'} | ${operation === undefined ? '' : proof} |`;
    };
    const text = [
      '# Operations of the local Cognito',
      '',
      'Made from the code by `packages/agentcore-local/test/identity/operations.test.ts`, which also calls every operation',
      `that is here with AWS's own client. ${operations.length} of the ${ALL.length} operations of the user pools API are here; every other one`,
      'answers `UnknownOperationException` and its name. How what is here differs from AWS: [differences.md](differences.md).',
      '',
      '| operation | here | proven by |',
      '| --- | --- | --- |',
      ...ALL.map(row),
      '',
    ].join('\n');
    await expect(text).toMatchFileSnapshot('../../../../docs/cognito.md');
  });
});
