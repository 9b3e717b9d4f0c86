/** The user pool: who gets in, for how long, and what nobody can change about themselves. */
import { tokenClaimsEnvironment } from '@secure-agent/contracts';
import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { resolve } from './support/resolve.ts';
import { realConfiguration, templateOf } from './support/synthesized.ts';

let template: ReturnType<typeof templateOf>;
beforeAll(() => {
  template = templateOf();
});

const POOL = 'AWS::Cognito::UserPool';
const CLIENT = 'AWS::Cognito::UserPoolClient';

const clientNamed = (name: string) => {
  const all = Object.values(template.findResources(CLIENT));
  return all.find(({ Properties }) => Properties.ClientName === name)?.['Properties'];
};

describe('user pool', () => {
  test.each([
    ['nobody signs up by themselves', { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } }],
    ['a trigger may change access tokens (Essentials)', { UserPoolTier: 'ESSENTIALS' }],
    [
      'passwords have 12 characters of 4 classes',
      {
        Policies: {
          PasswordPolicy: {
            MinimumLength: 12,
            RequireLowercase: true,
            RequireNumbers: true,
            RequireSymbols: true,
            RequireUppercase: true,
            TemporaryPasswordValidityDays: 1,
          },
        },
      },
    ],
    [
      'a second factor is possible, by app and never by SMS',
      {
        MfaConfiguration: 'OPTIONAL',
        EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      },
    ],
    [
      'accounts are recovered by administrators',
      {
        AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'admin_only', Priority: 1 }] },
      },
    ],
    ['Eve and eve are one user', { UsernameConfiguration: { CaseSensitive: false } }],
    [
      'mail addresses are no user names',
      {
        UsernameAttributes: Match.absent(),
        AliasAttributes: Match.absent(),
        AutoVerifiedAttributes: Match.absent(),
      },
    ],
    [
      'tenant and employee number are attributes',
      {
        Schema: [
          Match.objectLike({ Name: 'tenant', AttributeDataType: 'String', Mutable: true }),
          Match.objectLike({ Name: 'employee_id', AttributeDataType: 'String', Mutable: true }),
        ],
      },
    ],
  ])('%s', (_what, properties) => {
    template.hasResourceProperties(POOL, properties);
  });

  test('one trigger of version 3, the only one that sees machine tokens too', () => {
    template.hasResourceProperties(POOL, {
      LambdaConfig: {
        PreTokenGenerationConfig: {
          LambdaArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^IdentityTokenClaimsFunction'), 'Arn'] },
          LambdaVersion: 'V3_0',
        },
        PreTokenGeneration: Match.absent(),
      },
    });
  });

  test('LT-01 only this pool, of this account, may invoke the trigger, and nobody else is let in to any function', () => {
    const permissions = Object.values(template.findResources('AWS::Lambda::Permission'));
    expect(permissions.map(({ Properties }) => resolve(Properties))).toEqual([
      {
        Action: 'lambda:InvokeFunction',
        FunctionName: expect.stringMatching(/^IdentityTokenClaimsFunction.*\.Arn$/),
        Principal: 'cognito-idp.amazonaws.com',
        SourceAccount: '000000000000',
        SourceArn: expect.stringMatching(/^IdentityUserPool.*\.Arn$/),
      },
    ]);
  });

  test.each([
    ['dev', 'INACTIVE', 'Delete'],
    ['prod', 'ACTIVE', 'Retain'],
  ])('stage %s: deletion protection %s, on deletion %s', (stage, DeletionProtection, DeletionPolicy) => {
    templateOf({ stage }).hasResource(POOL, { Properties: { DeletionProtection }, DeletionPolicy });
  });
});

describe('scopes and groups', () => {
  test('the resource server has the scopes of the configuration', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolResourceServer', {
      Identifier: 'hr',
      Scopes: Object.entries(realConfiguration.scopes).map(([ScopeName, ScopeDescription]) => ({
        ScopeName,
        ScopeDescription,
      })),
    });
  });

  test('there is a group for each of the configuration', () => {
    const groups = Object.values(template.findResources('AWS::Cognito::UserPoolGroup'));
    expect(groups.map(({ Properties }) => Properties.GroupName)).toEqual(
      Object.keys(realConfiguration.groups),
    );
  });

  test('the trigger knows the full scopes of each group', () => {
    const [trigger] = Object.values(
      template.findResources('AWS::Lambda::Function', {
        Properties: { Environment: { Variables: { GROUP_SCOPES: Match.anyValue() } } },
      }),
    );
    const { GROUP_SCOPES } = tokenClaimsEnvironment.parse(trigger?.['Properties'].Environment.Variables);
    expect(GROUP_SCOPES).toEqual({
      employees: ['hr/invoke', 'hr/read', 'hr/write'],
      contractors: ['hr/invoke', 'hr/read'],
      managers: ['hr/invoke', 'hr/read', 'hr/write', 'hr/manager'],
      developers: ['hr/invoke', 'hr/read', 'hr/developer'],
      admins: ['hr/invoke', 'hr/read', 'hr/write', 'hr/admin'],
    });
  });
});

describe('clients', () => {
  test('there are people, and one for each machine role', () => {
    const names = Object.values(template.findResources(CLIENT)).map(
      ({ Properties }) => Properties.ClientName,
    );
    expect(names).toEqual(['people', 'machine-manager', 'machine-developer']);
  });

  test('every access token lives 15 minutes: a leaver goes on no longer', () => {
    for (const { Properties } of Object.values(template.findResources(CLIENT))) {
      expect(Properties.AccessTokenValidity).toBe(15);
      expect(Properties.TokenValidityUnits.AccessToken).toBe('minutes');
    }
  });

  test('no client tells whether a user exists, and every token can be revoked', () => {
    for (const { Properties } of Object.values(template.findResources(CLIENT))) {
      expect(Properties.PreventUserExistenceErrors).toBe('ENABLED');
      expect(Properties.EnableTokenRevocation).toBe(true);
    }
  });

  test('people: public, code or password, back to this machine alone', () => {
    expect(clientNamed('people')).toMatchObject({
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid'],
      CallbackURLs: [expect.stringMatching(/^http:\/\/127\.0\.0\.1:[0-9]+\/callback$/)],
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      RefreshTokenValidity: 720,
    });
  });

  test('people read their tenant and employee number and cannot write either, nor their mail address', () => {
    const { ReadAttributes, WriteAttributes } = clientNamed('people');
    expect(ReadAttributes).toEqual(expect.arrayContaining(['custom:tenant', 'custom:employee_id']));
    expect(WriteAttributes).toEqual(['locale']);
  });

  test.each([
    ['manager', ['hr/invoke', 'hr/manager']],
    ['developer', ['hr/invoke', 'hr/developer']],
  ])('machine %s: confidential, client credentials, its own scopes', (role, scopes) => {
    const client = clientNamed(`machine-${role}`);
    const allowed = client.AllowedOAuthScopes.map(resolve).map((scope: string) =>
      scope.replace(/^IdentityUserPoolResourceServer[0-9A-F]+/, 'hr'),
    );
    expect(allowed).toEqual(scopes);
    expect(client).toMatchObject({ GenerateSecret: true, AllowedOAuthFlows: ['client_credentials'] });
  });

  test.each(['manager', 'developer'])(
    'machine %s: no person signs in at it, not even by the flows that Cognito allows by default',
    (role) => {
      expect(clientNamed(`machine-${role}`).ExplicitAuthFlows).toEqual(['ALLOW_REFRESH_TOKEN_AUTH']);
    },
  );
});

describe('sign-in domain', () => {
  test('its prefix is stable and holds no account number', () => {
    template.hasResourceProperties('AWS::Cognito::UserPoolDomain', {
      Domain: 'secure-agent-local-1222dae133',
    });
  });
});
