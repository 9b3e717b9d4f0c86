/** Functions and their resource policies as AWS's own client makes, changes, shows, lists and removes them. */
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-lambda';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  RemovePermissionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SERVED } from '../../src/lambda/api/functions-service.ts';
import type { Iam } from '../../src/ports.ts';
import { createFileState } from '../../src/state/file-state.ts';
import { eventually, folderWith } from '../processes/support.ts';
import { testEndpoint } from '../support/test-endpoint.ts';
import { functionProperties, httpRequest, request, startLambda, type TestLambda } from './support.ts';
import { zip } from './zip.ts';

const ROLE = 'arn:aws:iam::000000000000:role/tools';
const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

const saying = (word: string) =>
  zip([
    { path: 'index.js', content: `exports.handler = async () => ({ said: require('./lib/word') });` },
    { path: 'lib/word.js', content: `module.exports = '${word}' + (process.env.MARK ?? '');` },
  ]);

// A package of ES modules around the state must not make the functions' files ES modules.
const folder = folderWith({ 'package.json': '{"type":"module"}' });
let asked: string[] = [];
let denied: ReadonlySet<string> = new Set();
const iam: Pick<Iam, 'allows'> = {
  allows(principal, action, resource) {
    asked.push(`${action} ${resource}`);
    return principal.endsWith(':user/operator') && !denied.has(action);
  },
};

let lambda: TestLambda;
let client: LambdaClient;
async function start(): Promise<void> {
  const state = createFileState(folder);
  lambda = startLambda({ api: { state, iam, region: 'us-east-1', account: '000000000000' } });
  client = new LambdaClient((await testEndpoint(lambda.services)).sdk);
}
async function stop(): Promise<void> {
  client.destroy();
  await lambda.stop();
}
beforeAll(start);
afterAll(stop);
beforeEach(() => {
  asked = [];
  denied = new Set();
});

let made = 0;
const input = (change: Partial<CreateFunctionCommandInput> = {}): CreateFunctionCommandInput => ({
  FunctionName: `fn${++made}`,
  Role: ROLE,
  Runtime: 'nodejs24.x',
  Handler: 'index.handler',
  Code: { ZipFile: saying('one') },
  ...change,
});
const create = async (change: Partial<CreateFunctionCommandInput> = {}): Promise<string> =>
  String((await client.send(new CreateFunctionCommand(input(change)))).FunctionName);
const invoke = async (FunctionName: string) => {
  const { Payload } = await client.send(new InvokeCommand({ FunctionName }));
  return JSON.parse(Payload?.transformToString() ?? '');
};
const exists = async (FunctionName: string) =>
  (await client.send(new ListFunctionsCommand())).Functions?.some((one) => one.FunctionName === FunctionName);
const codeFolders = () => readdirSync(join(folder, 'lambda-code')).filter((name) => name !== 'package.json');

test('create → get → update → list → delete', async () => {
  const FunctionName = 'life';
  const created = await client.send(
    new CreateFunctionCommand(input({ FunctionName, Description: 'd', Tags: { team: 'hr' } })),
  );
  expect(created).toMatchObject({
    ...{
      FunctionName,
      FunctionArn: arnOf('life'),
      Runtime: 'nodejs24.x',
      Role: ROLE,
      Handler: 'index.handler',
    },
    ...{ State: 'Active', LastUpdateStatus: 'Successful', PackageType: 'Zip', Version: '$LATEST' },
    ...{ Timeout: 3, MemorySize: 128, Architectures: ['x86_64'], CodeSize: saying('one').length },
    LastModified: '2026-11-22T00:00:00.000+0000',
    $metadata: { httpStatusCode: 201 },
  });
  expect(await invoke('life')).toEqual({ said: 'one' });
  const { Configuration, Tags } = await client.send(new GetFunctionCommand({ FunctionName: arnOf('life') }));
  expect([Configuration?.CodeSha256, Tags]).toEqual([created.CodeSha256, { team: 'hr' }]);

  const updated = await client.send(
    new UpdateFunctionCodeCommand({ FunctionName, ZipFile: saying('two'), RevisionId: created.RevisionId }),
  );
  expect(updated.CodeSha256).not.toBe(created.CodeSha256);
  const configured = await client.send(
    new UpdateFunctionConfigurationCommand({
      ...{ FunctionName, Timeout: 7, Environment: { Variables: { MARK: '!' } } },
      RevisionId: updated.RevisionId,
    }),
  );
  expect(configured).toMatchObject({ Timeout: 7, Description: 'd', CodeSha256: updated.CodeSha256 });
  expect(await invoke('life')).toEqual({ said: 'two!' });
  expect(await client.send(new GetFunctionConfigurationCommand({ FunctionName }))).toMatchObject({
    Environment: { Variables: { MARK: '!' } },
    RevisionId: configured.RevisionId,
  });

  expect(await exists('life')).toBe(true);
  const { $metadata } = await client.send(new DeleteFunctionCommand({ FunctionName }));
  expect([$metadata.httpStatusCode, await exists('life')]).toEqual([204, false]);
  const gone = { name: 'ResourceNotFoundException' };
  await expect(client.send(new GetFunctionCommand({ FunctionName }))).rejects.toMatchObject(gone);
  await expect(invoke('life')).rejects.toMatchObject(gone);
  expect(codeFolders()).toEqual([]);
});

describe('the code', () => {
  test("is the owner's only, and is there after a restart with its configuration and its policy", async () => {
    const FunctionName = await create({ Environment: { Variables: { MARK: '?' } } });
    const statement = { FunctionName, StatementId: 's', Action: 'lambda:InvokeFunction', Principal: '*' };
    await client.send(new AddPermissionCommand(statement));
    const [codeId = ''] = codeFolders();
    const modeOf = (...path: string[]) => statSync(join(folder, 'lambda-code', ...path)).mode & 0o777;
    expect([modeOf(), modeOf(codeId), modeOf(codeId, 'lib')]).toEqual([0o700, 0o700, 0o700]);
    expect([modeOf(codeId, 'index.js'), modeOf(codeId, 'lib', 'word.js')]).toEqual([0o600, 0o600]);
    const before = await client.send(new GetFunctionCommand({ FunctionName }));
    await stop();
    mkdirSync(join(folder, 'lambda-code', 'left-by-a-crash'));
    await start();
    expect(codeFolders()).toEqual([codeId]);
    const after = await client.send(new GetFunctionCommand({ FunctionName }));
    expect(after.Configuration).toEqual(before.Configuration);
    expect(await invoke(FunctionName)).toEqual({ said: 'one?' });
    const { Policy = '' } = await client.send(new GetPolicyCommand({ FunctionName }));
    expect(JSON.parse(Policy).Statement).toHaveLength(1);
    await client.send(new DeleteFunctionCommand({ FunctionName }));
  });

  test('of an event that runs stays until the event has ended', async () => {
    const slow = `exports.handler = async ({ ms }) => {
      console.log('running');
      await new Promise((resolve) => setTimeout(resolve, ms));
      return require('./word');
    };`;
    const code = (word: string) =>
      zip([
        { path: 'index.js', content: slow },
        { path: 'word.js', content: `module.exports = '${word}';` },
      ]);
    const FunctionName = await create({ Code: { ZipFile: code('old') } });
    const payload = (ms: number) => new InvokeCommand({ FunctionName, Payload: JSON.stringify({ ms }) });
    const before = client.send(payload(300));
    await eventually(() => statSync(join(lambda.logFolder, `${FunctionName}.log`)).size > 0);
    await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: code('new') }));
    const [first, second] = await Promise.all([before, client.send(payload(0))]);
    expect([first.Payload?.transformToString(), second.Payload?.transformToString()]).toEqual([
      '"old"',
      '"new"',
    ]);
    await eventually(() => codeFolders().length === 1);
    await client.send(new DeleteFunctionCommand({ FunctionName }));
  });

  test("that lacks the handler's file is taken, and fails when it is invoked", async () => {
    const FunctionName = await create({ Handler: 'other.handler' });
    expect(await invoke(FunctionName)).toMatchObject({
      errorType: 'Runtime.ImportModuleError',
      errorMessage: "Error: Cannot find module 'other'",
    });
  });

  test('DryRun checks and changes nothing', async () => {
    const FunctionName = await create();
    await client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: saying('two'), DryRun: true }));
    expect(await invoke(FunctionName)).toEqual({ said: 'one' });
  });
});

describe('ListFunctions', () => {
  test('goes on in pages, by name, 50 at most', async () => {
    const all =
      (await client.send(new ListFunctionsCommand())).Functions?.map((one) => one.FunctionName) ?? [];
    expect(all.length).toBeGreaterThan(1);
    const paged: unknown[] = [];
    for await (const { Functions = [] } of sdk.paginateListFunctions({ client, pageSize: 1 }, {})) {
      expect(Functions.length).toBeLessThanOrEqual(1);
      paged.push(...Functions.map((one) => one.FunctionName));
    }
    expect(paged).toEqual(all.toSorted());
  });

  test.each([{ MaxItems: 0 }, { MaxItems: 10_001 }, { Marker: '!' }])('%j is refused', async (query) => {
    await expect(client.send(new ListFunctionsCommand(query))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
  });
});

describe('what CreateFunction refuses, and does not make', () => {
  const long = 'x'.repeat(5000);
  test.each<readonly [string, Partial<CreateFunctionCommandInput>, string]>([
    ['code in S3', { Code: { S3Bucket: 'b', S3Key: 'k' } }, 'Code.S3Bucket is not supported locally'],
    ['an image', { Code: { ImageUri: 'i' }, PackageType: 'Image' }, 'Code.ImageUri is not supported locally'],
    ['a package type', { PackageType: 'Image' }, 'PackageType is not supported locally'],
    ['layers', { Layers: ['arn:aws:lambda:x'] }, 'Layers are not supported locally'],
    ['a version', { Publish: true }, 'Publish is not supported locally'],
    ['a VPC', { VpcConfig: { SubnetIds: ['s'] } }, 'VpcConfig is not supported locally'],
    ['no code', { Code: {} }, 'Code.ZipFile'],
    ['code that is no archive', { Code: { ZipFile: Buffer.from('hi') } }, 'Could not unzip uploaded file'],
    [
      'an archive that leaves its folder',
      { Code: { ZipFile: zip([{ path: '../x.js', content: '' }]) } },
      'Could not unzip uploaded file',
    ],
    ['another runtime', { Runtime: 'python3.13' }, 'Runtime is not a Node.js runtime'],
    ['a handler that steps up', { Handler: '../x.handler' }, "Handler may not hold '..'"],
    ['a handler with an absolute path', { Handler: '/etc/x.handler' }, 'Handler'],
    ['a handler without an export', { Handler: 'index' }, 'Handler'],
    ['a user in place of a role', { Role: 'arn:aws:iam::000000000000:user/operator' }, 'Role is not the ARN'],
    ['a role of another account', { Role: 'arn:aws:iam::111111111111:role/r' }, 'Cross-account pass role'],
    ['a timeout', { Timeout: 901 }, 'Timeout'],
    ['memory', { MemorySize: 64 }, 'MemorySize'],
    ['a reserved variable', { Environment: { Variables: { AWS_REGION: 'x' } } }, 'AWS_REGION is reserved'],
    ['variables over 4 KB', { Environment: { Variables: { A: long } } }, '4096 bytes'],
    ['a tag that is none', { Tags: { 'a\u0007': 'x' } }, 'Tags'],
  ])('%s', async (_, change, message) => {
    const asking = input(change);
    await expect(client.send(new CreateFunctionCommand(asking))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringContaining(message),
    });
    expect(await exists(String(asking.FunctionName))).toBe(false);
  });

  test.each([
    ['no name', '..', 'ValidationException'],
    ['another account', '111111111111:function:x', 'ResourceNotFoundException'],
    ['another region', 'arn:aws:lambda:eu-west-1:000000000000:function:x', 'ResourceNotFoundException'],
  ])('a function name: %s', async (_, FunctionName, name) => {
    await expect(client.send(new CreateFunctionCommand(input({ FunctionName })))).rejects.toMatchObject({
      name,
    });
  });

  test('a body that is not JSON', async () => {
    const [, service] = lambda.services;
    const response = await service?.handle(httpRequest('POST', '/2015-03-31/functions', {}, '{'));
    expect(response?.headers).toMatchObject({ 'x-amzn-errortype': 'InvalidRequestContentException' });
  });

  test('a second function of one name, also when both come at once', async () => {
    const twice = input();
    const both = await Promise.allSettled([
      client.send(new CreateFunctionCommand(twice)),
      client.send(new CreateFunctionCommand(twice)),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(client.send(new CreateFunctionCommand(twice))).rejects.toMatchObject({
      name: 'ResourceConflictException',
    });
  });
});

describe('what changes refuse', () => {
  test.each([
    [
      'UpdateFunctionCode',
      (FunctionName: string) => new UpdateFunctionCodeCommand({ FunctionName, ZipFile: saying('x') }),
    ],
    [
      'UpdateFunctionConfiguration',
      (FunctionName: string) => new UpdateFunctionConfigurationCommand({ FunctionName }),
    ],
    ['DeleteFunction', (FunctionName: string) => new DeleteFunctionCommand({ FunctionName })],
  ] as const)('%s: of an unknown function, and of one of the stack', async (_, command) => {
    const send = (name: string) => client.send(command(name) as DeleteFunctionCommand);
    await expect(send('nobody')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await lambda.add('index.echo', { FunctionName: 'ofStack', Description: 'as it was' });
    await expect(send('ofStack')).rejects.toMatchObject({ name: 'ResourceConflictException' });
    expect(await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'ofStack' }))).toMatchObject(
      {
        Description: 'as it was',
      },
    );
    await expect(send(await create())).resolves.toBeDefined();
  });

  test('an old revision', async () => {
    const FunctionName = await create();
    const stale = { FunctionName, RevisionId: 'stale' };
    const name = 'PreconditionFailedException';
    const code = new UpdateFunctionCodeCommand({ ...stale, ZipFile: saying('two') });
    await expect(client.send(code)).rejects.toMatchObject({ name });
    await expect(client.send(new UpdateFunctionConfigurationCommand(stale))).rejects.toMatchObject({ name });
    expect(await invoke(FunctionName)).toEqual({ said: 'one' });
  });

  test('code in S3', async () => {
    const FunctionName = await create();
    const command = new UpdateFunctionCodeCommand({ FunctionName, S3Bucket: 'b', S3Key: 'k' });
    await expect(client.send(command)).rejects.toThrow('S3Bucket is not supported locally');
  });

  test('a version', async () => {
    const versioned = { FunctionName: await create(), Qualifier: '7' };
    const refused = { name: 'InvalidParameterValueException' };
    await expect(client.send(new DeleteFunctionCommand(versioned))).rejects.toMatchObject(refused);
    await expect(client.send(new GetFunctionCommand(versioned))).rejects.toMatchObject(refused);
    await expect(client.send(new GetPolicyCommand(versioned))).rejects.toMatchObject(refused);
    await expect(client.send(new GetFunctionConfigurationCommand(versioned))).rejects.toMatchObject(refused);
    expect(await exists(versioned.FunctionName)).toBe(true);
  });
});

test('a stack does not take over a function that the API made', async () => {
  const FunctionName = await create();
  const handler = lambda.handler('AWS::Lambda::Function');
  const make = (name: string) =>
    handler.create(request('Fn', functionProperties('index.echo', { FunctionName: name })));
  await expect(make(FunctionName)).rejects.toMatchObject({ code: 'property_invalid' });
  expect(await invoke(FunctionName)).toEqual({ said: 'one' });
  await expect(make('freeName')).resolves.toBeDefined();
});

describe('who may', () => {
  const FunctionName = 'guarded';
  beforeAll(() => create({ FunctionName }));
  const guarded: Readonly<Record<string, () => Promise<unknown>>> = {
    'lambda:CreateFunction': () => create(),
    'iam:PassRole': () => create(),
    'lambda:GetFunction': () => client.send(new GetFunctionCommand({ FunctionName })),
    'lambda:GetFunctionConfiguration': () =>
      client.send(new GetFunctionConfigurationCommand({ FunctionName })),
    'lambda:ListFunctions': () => client.send(new ListFunctionsCommand()),
    'lambda:UpdateFunctionCode': () =>
      client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: saying('two') })),
    'lambda:UpdateFunctionConfiguration': () =>
      client.send(new UpdateFunctionConfigurationCommand({ FunctionName })),
    'lambda:AddPermission': () =>
      client.send(
        new AddPermissionCommand({
          ...{ FunctionName, StatementId: 'g', Action: 'lambda:InvokeFunction', Principal: '*' },
        }),
      ),
    'lambda:GetPolicy': () => client.send(new GetPolicyCommand({ FunctionName })),
    'lambda:RemovePermission': () =>
      client.send(new RemovePermissionCommand({ FunctionName, StatementId: 'g' })),
    'lambda:DeleteFunction': () => client.send(new DeleteFunctionCommand({ FunctionName })),
  };

  test.each(Object.entries(guarded))(
    '%s is asked of IAM, and nothing happens without it',
    async (action, send) => {
      denied = new Set([action]);
      const before = codeFolders();
      await expect(send()).rejects.toMatchObject({ name: 'AccessDeniedException' });
      expect(codeFolders()).toEqual(before);
      denied = new Set();
      await expect(send()).resolves.toBeDefined();
      expect(asked).toContainEqual(expect.stringContaining(`${action} `));
    },
  );

  test("a new role of a function must be the caller's to pass", async () => {
    const name = await create();
    denied = new Set(['iam:PassRole']);
    const Role = 'arn:aws:iam::000000000000:role/admin';
    const command = new UpdateFunctionConfigurationCommand({ FunctionName: name, Role });
    await expect(client.send(command)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }))).toMatchObject({
      Role: ROLE,
    });
  });

  test('a request without a caller may nothing', async () => {
    const { caller: _nobody, ...unsigned } = httpRequest('GET', '/2015-03-31/functions');
    expect((await lambda.services[1]?.handle(unsigned))?.status).toBe(403);
  });

  test('all members of the table are all that is served', () => {
    const actions = Object.keys(guarded).filter((action) => action.startsWith('lambda:'));
    expect(actions.map((action) => action.slice('lambda:'.length)).toSorted()).toEqual(SERVED.toSorted());
  });
});

describe('resource policy', () => {
  const statement = (FunctionName: string, StatementId: string) => ({
    ...{ FunctionName, StatementId, Action: 'lambda:InvokeFunction' },
    ...{ Principal: 'bedrock-agentcore.amazonaws.com', SourceAccount: '000000000000' },
    SourceArn: 'arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/g',
  });

  test('add → get → remove', async () => {
    const FunctionName = await create();
    const { Statement = '' } = await client.send(new AddPermissionCommand(statement(FunctionName, 's1')));
    const written = {
      ...{ Sid: 's1', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arnOf(FunctionName) },
      Principal: { Service: 'bedrock-agentcore.amazonaws.com' },
      Condition: {
        StringEquals: { 'AWS:SourceAccount': '000000000000' },
        ArnLike: { 'AWS:SourceArn': 'arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/g' },
      },
    };
    expect(JSON.parse(Statement)).toEqual(written);
    const { Policy = '' } = await client.send(new GetPolicyCommand({ FunctionName }));
    expect(JSON.parse(Policy).Statement).toEqual([written]);
    expect(lambda.permissions()).toContainEqual(expect.objectContaining({ functionName: FunctionName }));
    await client.send(new RemovePermissionCommand({ FunctionName, StatementId: 's1' }));
    const gone = { name: 'ResourceNotFoundException' };
    await expect(client.send(new GetPolicyCommand({ FunctionName }))).rejects.toMatchObject(gone);
  });

  test('ends with its function', async () => {
    const FunctionName = await create();
    await client.send(new AddPermissionCommand(statement(FunctionName, 's1')));
    await client.send(new DeleteFunctionCommand({ FunctionName }));
    await create({ FunctionName });
    const gone = { name: 'ResourceNotFoundException' };
    await expect(client.send(new GetPolicyCommand({ FunctionName }))).rejects.toMatchObject(gone);
  });

  test('refuses a second statement of one id, an old revision, a wrong principal and a statement that is not there', async () => {
    const FunctionName = await create();
    const add = (change = {}) =>
      client.send(new AddPermissionCommand({ ...statement(FunctionName, 's1'), ...change }));
    await add();
    await expect(add()).rejects.toMatchObject({ name: 'ResourceConflictException' });
    const revised = { StatementId: 's2', RevisionId: 'stale' };
    await expect(add(revised)).rejects.toMatchObject({ name: 'PreconditionFailedException' });
    const wrong = { StatementId: 's2', Principal: 'who ever' };
    await expect(add(wrong)).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
    const remove = new RemovePermissionCommand({ FunctionName, StatementId: 's2' });
    await expect(client.send(remove)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    const stale = new RemovePermissionCommand({ FunctionName, StatementId: 's1', RevisionId: 'stale' });
    await expect(client.send(stale)).rejects.toMatchObject({ name: 'PreconditionFailedException' });
    const { Policy = '' } = await client.send(new GetPolicyCommand({ FunctionName }));
    expect(JSON.parse(Policy).Statement).toHaveLength(1);
  });

  test('of the stack is shown and stays', async () => {
    await lambda.add('index.echo', { FunctionName: 'permitted' });
    const made = await lambda.handler('AWS::Lambda::Permission').create(
      request('Permit', {
        FunctionName: arnOf('permitted'),
        Action: 'lambda:InvokeFunction',
        Principal: ROLE,
      }),
    );
    const remove = { FunctionName: 'permitted', StatementId: made.physicalId };
    await expect(client.send(new RemovePermissionCommand(remove))).rejects.toMatchObject({
      name: 'ResourceConflictException',
    });
    const { Policy = '' } = await client.send(new GetPolicyCommand({ FunctionName: 'permitted' }));
    expect(JSON.parse(Policy).Statement).toEqual([
      expect.objectContaining({ Sid: made.physicalId, Principal: { AWS: ROLE } }),
    ]);
  });
});

/** A value for every member that stands in a path. */
const PATH_VALUES = {
  ...{ FunctionName: 'x', Name: 'x', UUID: 'x', LayerName: 'x', VersionNumber: 1, Arn: 'x', Resource: 'x' },
  ...{ ResourceArn: 'x', CodeSigningConfigArn: 'x', CapacityProviderName: 'x', DurableExecutionArn: 'x' },
  ...{ CallbackId: 'x', StatementId: 'x', Qualifier: 'x' },
};

type AnyCommand = new (input: Record<string, unknown>) => GetFunctionCommand;
const commands = Object.entries(sdk)
  .filter(([name]) => /^\w+Command$/.test(name))
  .map(([name, command]) => [name.slice(0, -'Command'.length), command as unknown as AnyCommand] as const);

describe('every other operation of the SDK answers its name', () => {
  const others = commands.filter(([name]) => !SERVED.includes(name) && name !== 'Invoke');
  test('there are such', () => expect(others.length).toBeGreaterThan(60));

  test.each(others)('%s', async (name, Command) => {
    const given = { ...PATH_VALUES, TagKeys: ['k'], Tags: {}, Input: '', InvokeArgs: '' };
    await expect(client.send(new Command(given))).rejects.toMatchObject({
      name: 'NotImplementedException',
      message: expect.stringMatching(new RegExp(`^${name} is not supported locally`)),
    });
  });
});
