/** CloudFormation of a test's own making, spoken to by AWS's client: the AWS Query protocol, XML answers. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { afterEach, expect, test } from 'vitest';
import { cloudFormationStacks } from '../../src/index.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

type Answer = { readonly status?: number; readonly xml: string };

async function stacksOf(answer: (input: URLSearchParams) => Answer) {
  const server = createServer(async (request, response) => {
    const { status = 200, xml } = answer(new URLSearchParams(await text(request)));
    response.writeHead(status, { 'content-type': 'text/xml' });
    response.end(xml);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'LOCLTESTLOCLTEST', secretAccessKey: 'x'.repeat(40) };
  const client = new CloudFormationClient({ region: 'us-east-1', maxAttempts: 1, endpoint, credentials });
  stops.push(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  });
  return cloudFormationStacks(client);
}

const result = (operation: string, body: string): Answer => ({
  xml: `<${operation}Response><${operation}Result>${body}</${operation}Result></${operation}Response>`,
});
const failure = (code: string, message: string): Answer => ({
  status: 400,
  xml: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});
const MISSING = failure('ValidationError', 'Stack with id nothing does not exist');

test('a stack that is not there is nothing, in each of the three ways to ask', async () => {
  const stacks = await stacksOf(() => MISSING);
  expect(await stacks.state('nothing')).toBeUndefined();
  expect(await stacks.template('nothing')).toBeUndefined();
  expect(await stacks.resources('nothing')).toEqual([]);
});

test('another error is not taken for a stack that is not there', async () => {
  const stacks = await stacksOf(() => failure('AccessDenied', 'is not authorized to perform'));
  await expect(stacks.state('x')).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(stacks.template('x')).rejects.toMatchObject({ name: 'AccessDenied' });
  const role = await stacksOf(() => failure('AccessDenied', 'The role does not exist'));
  await expect(role.state('x')).rejects.toMatchObject({ name: 'AccessDenied' });
  const other = await stacksOf(() => failure('ValidationError', 'Template error'));
  await expect(other.resources('x')).rejects.toMatchObject({ name: 'ValidationError' });
});

test('state and outputs', async () => {
  const stacks = await stacksOf((input) => {
    expect(input.get('StackName')).toBe('s');
    return result(
      'DescribeStacks',
      `<Stacks><member><StackId>arn:s</StackId><StackName>s</StackName><StackStatus>UPDATE_COMPLETE</StackStatus>
       <EnableTerminationProtection>true</EnableTerminationProtection>
       <Outputs><member><OutputKey>Issuer</OutputKey><OutputValue>https://i</OutputValue></member></Outputs></member></Stacks>`,
    );
  });
  expect(await stacks.state('s')).toEqual({
    status: 'UPDATE_COMPLETE',
    stackId: 'arn:s',
    outputs: { Issuer: 'https://i' },
    terminationProtection: true,
  });
});

test('the template as it was given, before any transform', async () => {
  const body = { Resources: { One: { Type: 'AWS::SQS::Queue', DeletionPolicy: 'Retain' } } };
  const stacks = await stacksOf((input) => {
    expect(input.get('TemplateStage')).toBe('Original');
    return result('GetTemplate', `<TemplateBody>${JSON.stringify(body)}</TemplateBody>`);
  });
  expect(await stacks.template('s')).toEqual(body);
});

test('a stack that only holds a change set has no template', async () => {
  const stacks = await stacksOf(() => result('GetTemplate', '<TemplateBody></TemplateBody>'));
  expect(await stacks.template('s')).toBeUndefined();
});

test.each(['Resources: {}', '[]', '{"Resources":{"One":{}}}'])(
  'a template of somebody else is an error, not an empty plan: %s',
  async (body) => {
    const stacks = await stacksOf(() => result('GetTemplate', `<TemplateBody>${body}</TemplateBody>`));
    await expect(stacks.template('s')).rejects.toMatchObject({ code: 'stack_unreadable' });
  },
);

test('resources of every page', async () => {
  const page = (id: string, rest: string): Answer =>
    result(
      'ListStackResources',
      `<StackResourceSummaries><member><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>p-${id}</PhysicalResourceId>
       <ResourceType>T</ResourceType><ResourceStatus>DELETE_SKIPPED</ResourceStatus></member></StackResourceSummaries>${rest}`,
    );
  const stacks = await stacksOf((input) =>
    input.get('NextToken') === null ? page('one', '<NextToken>n</NextToken>') : page('two', ''),
  );
  expect(await stacks.resources('arn:s')).toEqual(
    ['one', 'two'].map((logicalId) => ({
      logicalId,
      physicalId: `p-${logicalId}`,
      type: 'T',
      status: 'DELETE_SKIPPED',
    })),
  );
});
