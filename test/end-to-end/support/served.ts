/** Every answer that a running system gives to somebody who may read. */
import { DOORS, type DoorName, knock, pathOf, physicalIdOf, portOf } from './doors.ts';
import { type Received, send } from './http.ts';
import type { TestSystem } from './system.ts';

export const getFrom = (url: string | undefined, path: string): Promise<Received> => {
  const { host } = new URL(url ?? '');
  return send(portOf(url), { method: 'GET', path, headers: { host } });
};

function openPaths({ world: { outputs } }: TestSystem): readonly string[] {
  const issuer = pathOf(outputs.issuer);
  const metadata = '/.well-known/oauth-protected-resource';
  return [
    `${issuer}/.well-known/jwks.json`,
    `${issuer}/.well-known/openid-configuration`,
    pathOf(outputs.runtimeInvocationUrl).replace('?', `${metadata}?`),
    `${metadata}${pathOf(outputs.gatewayUrl)}`,
  ];
}

function controlPaths({ world: { outputs } }: TestSystem): readonly string[] {
  const gateway = `/gateways/${outputs.gatewayId}`;
  const engine = `/policy-engines/${outputs.policyEngineId}`;
  const runtime = `/runtimes/${outputs.runtimeArn.split('/').at(-1)}`;
  return [
    '/gateways',
    gateway,
    `${gateway}/targets`,
    runtime,
    '/policy-engines',
    engine,
    `${engine}/policies`,
  ];
}

type Call = readonly [door: DoorName, target: string, input: unknown];

function describingCalls(running: TestSystem): readonly Call[] {
  const { userPoolId: UserPoolId } = running.world.outputs;
  const cognito = 'AWSCognitoIdentityProviderService';
  return [
    ['cognito', `${cognito}.DescribeUserPool`, { UserPoolId }],
    ['cognito', `${cognito}.ListUserPoolClients`, { UserPoolId }],
    ['cognito', `${cognito}.AdminGetUser`, { UserPoolId, Username: 'eve' }],
    ['kms', 'TrentService.DescribeKey', { KeyId: physicalIdOf(running, 'AWS::KMS::Key') }],
  ];
}

/** One that gives a token or a client secret on purpose is left out. */
export async function everythingServed(running: TestSystem): Promise<readonly Received[]> {
  const { endpoint, mailboxUrl } = running.world.outputs;
  const signedGet = (door: DoorName) => (path: string) =>
    knock(running, door, { change: (good) => ({ ...good, method: 'GET', path, body: '' }) });
  const call = ([door, target, input]: Call) =>
    knock(running, door, {
      change: (good) => ({
        ...good,
        headers: { ...good.headers, 'x-amz-target': target },
        body: JSON.stringify(input),
      }),
    });
  const doors = DOORS.filter((door) => door !== 'sign-in' && door !== 'token');
  return Promise.all([
    ...openPaths(running).map((path) => getFrom(endpoint, path)),
    ...controlPaths(running).map(signedGet('control')),
    ...['/2015-03-31/functions'].map(signedGet('lambda')),
    ...describingCalls(running).map(call),
    ...doors.map((door) => knock(running, door)),
    ...['/', '/messages'].map((path) => getFrom(mailboxUrl, path)),
  ]);
}
