/**
 * AWS SDK clients against the local AWS, with nothing set but endpoint, region and credentials: what works with them here
 * is what works on AWS.
 */
import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  BedrockAgentCoreControlClient,
  GetAgentRuntimeCommand,
  GetGatewayCommand,
  GetGatewayTargetCommand,
  GetPolicyCommand,
  GetPolicyEngineCommand,
  ListAgentRuntimesCommand,
  ListGatewaysCommand,
  ListGatewayTargetsCommand,
  ListPoliciesCommand,
  ListPolicyEnginesCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-bedrock-agentcore-control';
import { CognitoIdentityProviderClient, ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  ScanCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateEmailIdentityCommand,
  CreateEmailTemplateCommand,
  DeleteEmailIdentityCommand,
  DeleteEmailTemplateCommand,
  GetEmailIdentityCommand,
  GetEmailTemplateCommand,
  ListEmailIdentitiesCommand,
  ListEmailTemplatesCommand,
  MessageRejected,
  PutEmailIdentityFeedbackAttributesCommand,
  SESv2Client,
  SendEmailCommand,
  UpdateEmailTemplateCommand,
} from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operatorKey } from './support/doors.ts';
import { startTestSystem, type TestSystem } from './support/system.ts';

let running: TestSystem;
let control: BedrockAgentCoreControlClient;
let cognito: CognitoIdentityProviderClient;
let dynamodb: DynamoDBClient;
let lambda: LambdaClient;
let ses: SESv2Client;

beforeAll(async () => {
  running = await startTestSystem();
  const { endpoint = '', region } = running.world.outputs;
  const settings = { endpoint, region, credentials: operatorKey(running) };
  control = new BedrockAgentCoreControlClient(settings);
  cognito = new CognitoIdentityProviderClient(settings);
  dynamodb = new DynamoDBClient(settings);
  lambda = new LambdaClient(settings);
  ses = new SESv2Client(settings);
});
afterAll(async () => {
  for (const client of [control, cognito, dynamodb, lambda, ses]) client.destroy();
  await running.stop();
});

describe('the control plane', () => {
  test('lists the runtime and shows it whole', async () => {
    const { runtimeArn } = running.world.outputs;
    const { agentRuntimes = [] } = await control.send(new ListAgentRuntimesCommand());
    expect(agentRuntimes).toEqual([
      expect.objectContaining({
        agentRuntimeArn: runtimeArn,
        status: 'READY',
        lastUpdatedAt: expect.any(Date),
      }),
    ]);
    const { agentRuntimeId } = agentRuntimes[0] ?? {};
    const runtime = await control.send(new GetAgentRuntimeCommand({ agentRuntimeId }));
    expect(runtime).toMatchObject({
      agentRuntimeArn: runtimeArn,
      requestHeaderConfiguration: { requestHeaderAllowlist: ['Authorization'] },
      authorizerConfiguration: {
        customJWTAuthorizer: {
          allowedClients: [running.world.outputs.peopleClientId],
          allowedScopes: ['hr/invoke'],
        },
      },
    });
  });

  test('lists the gateway and shows it whole', async () => {
    const { gatewayId, gatewayArn, gatewayUrl, policyEngineId } = running.world.outputs;
    const { items = [] } = await control.send(new ListGatewaysCommand());
    expect(items).toEqual([
      expect.objectContaining({ gatewayId, status: 'READY', createdAt: expect.any(Date) }),
    ]);
    const gateway = await control.send(new GetGatewayCommand({ gatewayIdentifier: gatewayId }));
    expect(gateway).toMatchObject({
      gatewayArn,
      gatewayUrl,
      authorizerType: 'CUSTOM_JWT',
      policyEngineConfiguration: { arn: expect.stringContaining(policyEngineId), mode: 'ENFORCE' },
    });
    expect(gateway.interceptorConfigurations).toHaveLength(2);
  });

  test('lists both targets, in pages too, and shows their tools', async () => {
    const { gatewayId: gatewayIdentifier } = running.world.outputs;
    const page = (nextToken?: string) =>
      control.send(new ListGatewayTargetsCommand({ gatewayIdentifier, maxResults: 1, nextToken }));
    const first = await page();
    const second = await page(first.nextToken);
    const targets = [...(first.items ?? []), ...(second.items ?? [])];
    expect(targets.map(({ name }) => name).toSorted()).toEqual(['HrTarget', 'ReportTarget']);
    expect(second.nextToken).toBeUndefined();
    const tools = await Promise.all(
      targets.map(async ({ targetId }) => {
        const target = await control.send(new GetGatewayTargetCommand({ gatewayIdentifier, targetId }));
        const schema = target.targetConfiguration?.mcp?.lambda?.toolSchema?.inlinePayload ?? [];
        return schema.map(({ name }) => name);
      }),
    );
    expect(tools.flat().toSorted()).toEqual([
      'approve_leave',
      'format_report',
      'get_leave_balance',
      'get_salary',
      'markdown_to_email',
      'request_leave',
    ]);
  });

  test('lists the policy engine and its policies, and shows one', async () => {
    const { policyEngineId, gatewayArn } = running.world.outputs;
    const { policyEngines = [] } = await control.send(new ListPolicyEnginesCommand());
    expect(policyEngines.map((engine) => engine.policyEngineId)).toEqual([policyEngineId]);
    const engine = await control.send(new GetPolicyEngineCommand({ policyEngineId }));
    expect(engine.status).toBe('ACTIVE');
    const { policies = [] } = await control.send(new ListPoliciesCommand({ policyEngineId }));
    expect(policies.length).toBe(12);
    const forbidding = policies.find(({ name }) => name === 'developers_no_mail');
    const policy = await control.send(
      new GetPolicyCommand({ policyEngineId, policyId: forbidding?.policyId }),
    );
    expect(policy.definition?.cedar?.statement).toContain('forbid');
    expect(policy.definition?.cedar?.statement).toContain(gatewayArn);
  });

  test('says what is not there by its own exception', async () => {
    const nobody = control.send(new GetGatewayCommand({ gatewayIdentifier: 'nobody-0123456789' }));
    await expect(nobody).rejects.toThrow(ResourceNotFoundException);
  });
});

describe('the other services', () => {
  test('Cognito lists the people', async () => {
    const { userPoolId: UserPoolId, people } = running.world.outputs;
    const { Users = [] } = await cognito.send(new ListUsersCommand({ UserPoolId }));
    expect(Users.map(({ Username }) => Username).toSorted()).toEqual(
      people.map(({ username }) => username).toSorted(),
    );
    expect(Users.every(({ UserCreateDate }) => UserCreateDate instanceof Date)).toBe(true);
  });

  test('DynamoDB describes the table and scans its rows', async () => {
    const { tableName: TableName, people } = running.world.outputs;
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    expect(Table?.TableStatus).toBe('ACTIVE');
    const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName }));
    expect(Items.filter(({ sk }) => sk?.S === 'PROFILE')).toHaveLength(people.length);
  });

  test('Lambda lists the functions, and invokes one', async () => {
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand());
    expect(Functions).toHaveLength(5);
    expect(Functions.filter(({ Environment }) => Environment !== undefined)).toEqual([]);
    const FunctionName = Functions.find(({ FunctionName: name }) => name?.includes('HrTarget'))?.FunctionName;
    const invoked = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
    expect(invoked.StatusCode).toBe(200);
    // No gateway called it, so no caller is bound: it refuses.
    expect(JSON.parse(invoked.Payload?.transformToString() ?? '')).toHaveProperty('error');
  });

  describe('LT-01 LT-13 a function of a target, invoked past the gateway by somebody who may', () => {
    const claims = { iss: 'x', sub: 'sub-anna', client_id: 'people', scopes: ['hr/admin'], tenant: 'acme' };
    const forged = `v1.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${'A'.repeat(43)}`;

    test.each([
      ['no caller', 'HrTarget', 'get_salary', { employee_id: 'E100' }, 'caller_missing'],
      [
        'a forged caller',
        'HrTarget',
        'get_salary',
        { employee_id: 'E100', caller: forged },
        'caller_invalid',
      ],
      ['an object for a caller', 'HrTarget', 'get_salary', { caller: claims }, 'caller_invalid'],
      [
        'a mail',
        'ReportTarget',
        'markdown_to_email',
        { recipient_email: 'eve@example.com' },
        'caller_missing',
      ],
      ['a tool of another target', 'HrTarget', 'ReportTarget___format_report', {}, 'wrong_target'],
    ])(
      '%s: the client context names the tool, and the tool refuses',
      async (_id, target, tool, args, code) => {
        const { Functions = [] } = await lambda.send(new ListFunctionsCommand());
        const FunctionName = Functions.find((one) => one.FunctionName?.includes(target))?.FunctionName;
        const name = tool.includes('___') ? tool : `${target}___${tool}`;
        const context = { custom: { bedrockAgentCoreToolName: name, bedrockAgentCoreGatewayId: 'forged' } };
        const before = await running.world.evidence.snapshot();
        const invoked = await lambda.send(
          new InvokeCommand({
            FunctionName,
            Payload: JSON.stringify(args),
            ClientContext: Buffer.from(JSON.stringify(context)).toString('base64'),
          }),
        );
        expect(invoked.FunctionError).toBeUndefined();
        expect(JSON.parse(invoked.Payload?.transformToString() ?? '')).toMatchObject({ error: { code } });
        const { rows, mails } = await running.world.evidence.snapshot();
        expect({ rows, mails }).toEqual({ rows: before.rows, mails: before.mails });
      },
    );

    test('the twin: the gateway and its interceptor make the same call', async () => {
      const answer = await running.world.call('anna', 'HrTarget___get_salary', { employee_id: 'E100' });
      expect(answer.text).toContain('54000');
    });
  });

  test('SES sends a mail of our domain, and refuses one of another', async () => {
    const mail = (FromEmailAddress: string, Data: string) =>
      new SendEmailCommand({
        FromEmailAddress,
        Destination: { ToAddresses: ['eve@example.com'] },
        Content: { Simple: { Subject: { Data }, Body: { Text: { Data: 'Ünïcode' } } } },
      });
    const { sender } = running.world.configuration.company;
    const { MessageId } = await ses.send(mail(sender, 'Through the SDK'));
    expect(MessageId).toEqual(expect.any(String));
    await expect(ses.send(mail('ceo@evil.example', 'Not ours'))).rejects.toThrow(MessageRejected);
    const subjects = (await running.world.evidence.mails()).map(({ subject }) => subject);
    expect(subjects).toEqual(['Through the SDK']);
  });
});

/** One resource, from its beginning to its end. */
type Life = {
  readonly create: () => Promise<unknown>;
  readonly get: () => Promise<unknown>;
  readonly update: () => Promise<unknown>;
  /** What `get` gives after the update. */
  readonly updated: object;
  /** Names that exist. */
  readonly list: () => Promise<readonly (string | undefined)[]>;
  readonly remove: () => Promise<unknown>;
};

/**
 * A ZIP archive with one file, index.js:
 * `exports.handler = async () => [process.env.AWS_ACCESS_KEY_ID, process.env.AWS_SECRET_ACCESS_KEY];`
 */
const TELL = [
  'UEsDBBQAAAgIAAAAAADeRlWdTAAAAGEAAAAIAAAAaW5kZXguanNLrSjILyop1stIzEvJSS1SsFVILK7MS1bQ0FSwtVOILijKT04t',
  'LtZLzSvTcwwPjnd0dnYNDo73do2M93TRUUCXDnZ1DnINQVIVaw0AUEsBAhQDFAAACAgAAAAAAN5GVZ1MAAAAYQAAAAgAAAAAAAAA',
  'AAAAAKSBAAAAAGluZGV4LmpzUEsFBgAAAAABAAEANgAAAHIAAAAAAA==',
].join('');
const FunctionName = 'through-the-sdk';

/** Makes a function that tells its keys, with the role of a function of the stack. */
async function createFunction(client: LambdaClient): Promise<unknown> {
  const { Functions = [] } = await lambda.send(new ListFunctionsCommand());
  return client.send(
    new CreateFunctionCommand({
      ...{ FunctionName, Role: Functions[0]?.Role, Runtime: 'nodejs24.x', Handler: 'index.handler' },
      Code: { ZipFile: Buffer.from(TELL, 'base64') },
    }),
  );
}

const lives: Readonly<Record<string, Life>> = {
  'a function': {
    create: () => createFunction(lambda),
    get: () => lambda.send(new GetFunctionCommand({ FunctionName })),
    update: () => lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 9 })),
    updated: { Configuration: { Timeout: 9, State: 'Active', LastUpdateStatus: 'Successful' } },
    list: async () =>
      (await lambda.send(new ListFunctionsCommand())).Functions?.map((one) => one.FunctionName) ?? [],
    remove: () => lambda.send(new DeleteFunctionCommand({ FunctionName })),
  },
  'a table': {
    create: () =>
      dynamodb.send(
        new CreateTableCommand({
          ...{ TableName: 'through-the-sdk', BillingMode: 'PAY_PER_REQUEST' },
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        }),
      ),
    get: () => dynamodb.send(new DescribeTableCommand({ TableName: 'through-the-sdk' })),
    update: () =>
      dynamodb.send(
        new UpdateTableCommand({
          ...{ TableName: 'through-the-sdk', BillingMode: 'PROVISIONED' },
          ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
        }),
      ),
    updated: { Table: { ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 } } },
    list: async () => (await dynamodb.send(new ListTablesCommand())).TableNames ?? [],
    remove: () => dynamodb.send(new DeleteTableCommand({ TableName: 'through-the-sdk' })),
  },
  'an identity': {
    create: () => ses.send(new CreateEmailIdentityCommand({ EmailIdentity: 'sdk.example' })),
    get: () => ses.send(new GetEmailIdentityCommand({ EmailIdentity: 'sdk.example' })),
    update: () => ses.send(new PutEmailIdentityFeedbackAttributesCommand({ EmailIdentity: 'sdk.example' })),
    updated: { FeedbackForwardingStatus: false },
    list: async () =>
      (await ses.send(new ListEmailIdentitiesCommand())).EmailIdentities?.map((one) => one.IdentityName) ??
      [],
    remove: () => ses.send(new DeleteEmailIdentityCommand({ EmailIdentity: 'sdk.example' })),
  },
  'a mail template': {
    create: () =>
      ses.send(new CreateEmailTemplateCommand({ TemplateName: 'sdk', TemplateContent: { Subject: 'a' } })),
    get: () => ses.send(new GetEmailTemplateCommand({ TemplateName: 'sdk' })),
    update: () =>
      ses.send(new UpdateEmailTemplateCommand({ TemplateName: 'sdk', TemplateContent: { Subject: 'b' } })),
    updated: { TemplateContent: { Subject: 'b' } },
    list: async () =>
      (await ses.send(new ListEmailTemplatesCommand())).TemplatesMetadata?.map((one) => one.TemplateName) ??
      [],
    remove: () => ses.send(new DeleteEmailTemplateCommand({ TemplateName: 'sdk' })),
  },
};

describe('create → get → update → list → delete', () => {
  test.each(Object.entries(lives))('%s', async (_, life) => {
    const before = await life.list();
    await expect(life.get()).rejects.toMatchObject({ name: expect.stringMatching(/NotFoundException$/) });
    await life.create();
    await expect.poll(life.get).not.toMatchObject({ Table: { TableStatus: 'CREATING' } });
    await life.update();
    await expect.poll(life.get).toMatchObject(life.updated);
    expect(await life.list()).toHaveLength(before.length + 1);
    await life.remove();
    await expect.poll(life.list).toEqual(before);
  });

  test('a function cannot make functions with the keys of its role', async () => {
    await createFunction(lambda);
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
    const [accessKeyId, secretAccessKey] = JSON.parse(Payload?.transformToString() ?? '');
    await lambda.send(new DeleteFunctionCommand({ FunctionName }));
    const { endpoint = '', region } = running.world.outputs;
    const asRole = new LambdaClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
    try {
      await expect(createFunction(asRole)).rejects.toMatchObject({ name: 'AccessDeniedException' });
      const missing = lambda.send(new GetFunctionCommand({ FunctionName }));
      await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    } finally {
      asRole.destroy();
    }
  });
});

describe('credentials', () => {
  test('of nobody are refused, in words that the SDK reads', async () => {
    const { endpoint = '', region, userPoolId: UserPoolId } = running.world.outputs;
    const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x'.repeat(40) };
    const stranger = new CognitoIdentityProviderClient({ endpoint, region, credentials });
    try {
      const listed = stranger.send(new ListUsersCommand({ UserPoolId }));
      await expect(listed).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    } finally {
      stranger.destroy();
    }
  });

  const script = join(import.meta.dirname, 'support', 'list-runtimes.ts');
  const run = (environment: Readonly<Record<string, string>>) =>
    promisify(execFile)(process.execPath, [script], {
      // Nothing of this process: no key, profile or region of the machine that the tests run on.
      env: { AWS_CONFIG_FILE: devNull, AWS_EC2_METADATA_DISABLED: 'true', ...environment },
    });

  test('in the file that the system wrote are all that another program needs', async () => {
    const { endpoint = '', region, runtimeArn } = running.world.outputs;
    const { stdout } = await run({
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_SHARED_CREDENTIALS_FILE: join(running.folder, 'aws-credentials'),
    });
    const [name] = JSON.parse(stdout);
    expect(runtimeArn).toContain(`runtime/${name}-`);
  });

  test('are needed: the same program without them gets nothing', async () => {
    const { endpoint = '', region } = running.world.outputs;
    const environment = { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region };
    await expect(run({ ...environment, AWS_SHARED_CREDENTIALS_FILE: devNull })).rejects.toMatchObject({
      stderr: expect.stringContaining('CredentialsProviderError'),
    });
  });
});
