import { beforeAll, describe, expect, it } from 'vitest';
import type { LocalRequest, LocalResponse, Service } from '../../src/ports.ts';
import { httpRequest, startLambda } from './support.ts';

const lambda = startLambda();
const service = lambda.services[0] as Service;
const serviceOf = (head: LocalRequest) => lambda.services.find((each) => each.matches(head));
const PREFIX = '/2015-03-31/functions';
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
const bodyOf = (response: LocalResponse) => JSON.parse(String(response.body));
const send = (...given: Parameters<typeof httpRequest>): Promise<LocalResponse> => {
  const request = httpRequest(...given);
  const found = serviceOf(request);
  if (!found) throw new Error('nobody serves it');
  return found.handle(request);
};

let arn: string;
beforeAll(async () => {
  arn = await lambda.add('index.echo', {
    FunctionName: 'echo',
    Environment: { Variables: { SECRET: 'hidden' } },
  });
  await lambda.add('index.raise', { FunctionName: 'raise' });
});

describe('Invoke', () => {
  it.each([
    ['name', () => 'echo'],
    ['name and version', () => 'echo:$LATEST'],
    ['partial ARN', () => '000000000000:function:echo'],
    ['ARN', () => arn],
  ])('takes a function by %s', async (_, name) => {
    const path = `${PREFIX}/${encodeURIComponent(name())}/invocations`;
    const response = await send(
      'POST',
      path,
      { 'x-amz-client-context': base64({ custom: { a: 1 } }) },
      '{"b":2}',
    );
    expect(response.status).toBe(200);
    expect(response.headers).not.toHaveProperty('x-amz-function-error');
    expect(bodyOf(response)).toMatchObject({ event: { b: 2 }, clientContext: { custom: { a: 1 } } });
  });

  it('an empty body is an empty event', async () => {
    expect(bodyOf(await send('POST', `${PREFIX}/echo/invocations`))).toMatchObject({ event: {} });
  });

  it('an error of the function is 200 with a header, and carries type, message and trace', async () => {
    const response = await send('POST', `${PREFIX}/raise/invocations`, {}, '{}');
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({ 'x-amz-function-error': 'Unhandled' });
    expect(bodyOf(response)).toEqual({
      errorType: 'TypeError',
      errorMessage: 'no such row',
      trace: expect.arrayContaining(['TypeError: no such row']),
    });
  });

  it('DryRun runs nothing; Event answers at once and runs', async () => {
    const before = lambda.invocationCount('echo');
    const path = `${PREFIX}/echo/invocations`;
    expect(await send('POST', path, { 'x-amz-invocation-type': 'DryRun' }, '{}')).toEqual({ status: 204 });
    expect(lambda.invocationCount('echo')).toBe(before);
    expect(await send('POST', path, { 'x-amz-invocation-type': 'Event' }, '{}')).toEqual({ status: 202 });
    expect(lambda.invocationCount('echo')).toBe(before + 1);
  });
});

describe('ListFunctions and GetFunction', () => {
  it('list what there is, without the environment', async () => {
    const list = await send('GET', PREFIX);
    expect(bodyOf(list).Functions).toContainEqual(
      expect.objectContaining({ FunctionName: 'echo', FunctionArn: arn }),
    );
    expect(bodyOf(await send('GET', `${PREFIX}/`))).toEqual(bodyOf(list));
    const one = await send('GET', `${PREFIX}/echo`);
    expect(bodyOf(one).Configuration).toMatchObject({ FunctionName: 'echo', Timeout: 3, MemorySize: 128 });
    for (const response of [list, one]) expect(String(response.body)).not.toContain('hidden');
  });
});

describe('refusals, in the form of the service', () => {
  const context = (value: string) => ({ 'x-amz-client-context': value });
  const echo = `${PREFIX}/echo/invocations`;
  it.each([
    ['unknown function', 'POST', `${PREFIX}/missing/invocations`, {}, '{}', 404, 'ResourceNotFoundException'],
    ['unknown version', 'POST', `${PREFIX}/echo%3A7/invocations`, {}, '{}', 404, 'ResourceNotFoundException'],
    [
      'another account',
      'POST',
      `${PREFIX}/111111111111%3Afunction%3Aecho/invocations`,
      {},
      '{}',
      404,
      'ResourceNotFoundException',
    ],
    [
      'another region',
      'POST',
      `${PREFIX}/arn%3Aaws%3Alambda%3Aeu-west-1%3A000000000000%3Afunction%3Aecho/invocations`,
      {},
      '{}',
      404,
      'ResourceNotFoundException',
    ],
    ['a name that is none', 'POST', `${PREFIX}/..%2Fecho/invocations`, {}, '{}', 400, 'ValidationException'],
    [
      'an encoding that is none',
      'POST',
      `${PREFIX}/%E0%A4/invocations`,
      {},
      '{}',
      400,
      'ValidationException',
    ],
    ['a body that is not JSON', 'POST', echo, {}, '{"a":', 400, 'InvalidRequestContentException'],
    [
      'a client context that is not base64',
      'POST',
      echo,
      context('{}'),
      '{}',
      400,
      'InvalidRequestContentException',
    ],
    [
      'a client context that is not an object',
      'POST',
      echo,
      context(base64([1])),
      '{}',
      400,
      'InvalidRequestContentException',
    ],
    [
      'a client context that is too long',
      'POST',
      echo,
      context(base64({ a: 'x'.repeat(3000) })),
      '{}',
      400,
      'InvalidRequestContentException',
    ],
    [
      'an unknown invocation type',
      'POST',
      echo,
      { 'x-amz-invocation-type': 'Later' },
      '{}',
      400,
      'InvalidParameterValueException',
    ],
    [
      'an operation that is not served',
      'GET',
      `${PREFIX}/echo/versions`,
      {},
      '',
      501,
      'NotImplementedException',
    ],
    ['a path below an operation', 'POST', `${echo}/x`, {}, '{}', 501, 'NotImplementedException'],
  ] as const)('%s', async (_, method, path, headers, body, status, type) => {
    const before = lambda.invocationCount('echo');
    const response = await send(method, path, headers, body);
    expect(response.status).toBe(status);
    expect(response.headers).toMatchObject({ 'x-amzn-errortype': type });
    expect(bodyOf(response)).toMatchObject({ Message: expect.any(String) });
    expect(lambda.invocationCount('echo')).toBe(before);
  });

  it('a body over 6 MB is RequestTooLargeException', () => {
    const response = service.refuse({ kind: 'too_large', message: '' }, 'r');
    expect([response.status, response.headers?.['x-amzn-errortype']]).toEqual([
      413,
      'RequestTooLargeException',
    ]);
    expect(service.bodyLimit).toBe(6_291_456);
  });
});

it('a function over 70,167,211 bytes of request is refused in the words of the service', async () => {
  const api = serviceOf(httpRequest('POST', PREFIX));
  expect(api?.bodyLimit).toBe(70_167_211);
  const response = api?.refuse({ kind: 'too_large', message: '' }, 'r');
  expect([response?.status, response?.headers?.['x-amzn-errortype']]).toEqual([
    413,
    'RequestTooLargeException',
  ]);
});

describe('the door', () => {
  it.each([
    ['POST', `${PREFIX}/echo/invocations`],
    ['POST', PREFIX],
    ['GET', `${PREFIX}/echo`],
    ['GET', '/2018-10-31/layers'],
  ])('wants %s %s signed for lambda', (method, path) => {
    const head = httpRequest(method, path);
    expect(serviceOf(head)?.signedAs(head)).toBe('lambda');
  });

  it.each([
    ['/2015-03-31/functionsx', false],
    ['/', false],
    [PREFIX, true],
    [`${PREFIX}/echo`, true],
  ])('%s is a path of Lambda: %s', (path, mine) => {
    expect(serviceOf(httpRequest('GET', path)) !== undefined).toBe(mine);
  });
});
