/** The adapter by itself: routes, bindings, shapes and times as the SDK's schemas have them, from raw requests. */
import { describe, expect, test } from 'vitest';
import { controlApi } from '../../src/control/control-api.ts';
import { OPERATIONS } from '../../src/control/operations/index.ts';
import { checkShape } from '../../src/control/wire/check-shape.ts';
import { renderShape } from '../../src/control/wire/render-shape.ts';
import { routerOf } from '../../src/control/wire/routes.ts';
import { sdkOperations } from '../../src/control/wire/sdk-operations.ts';
import { shapeOf, structureShape } from '../../src/control/wire/shape.ts';
import type { LocalResponse } from '../../src/ports.ts';
import { folderWith } from '../processes/support.ts';
import { openControl } from '../support/control-plane.ts';
import { verifiedRequest } from '../support/requests.ts';
import { AUTHORIZER, problemsOf, ROLE, SDK_OPERATIONS } from './wire.ts';

const control = openControl(folderWith());
const api = controlApi(control);

type Answered = { readonly status: number; readonly type: unknown; readonly body: unknown };
const answered = ({ status, headers, body }: LocalResponse): Answered => ({
  status,
  type: headers?.['x-amzn-errortype'],
  body: typeof body === 'string' && body !== '' ? JSON.parse(body) : undefined,
});

const send = async (
  method: string,
  path: string,
  body: unknown = undefined,
  search = '',
): Promise<Answered> => {
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  return answered(await api.handle(verifiedRequest(method, path, { body: text, search })));
};

const GOOD = {
  name: 'raw',
  roleArn: ROLE,
  authorizerType: 'CUSTOM_JWT',
  authorizerConfiguration: AUTHORIZER,
};

describe('an input', () => {
  const claim = AUTHORIZER.customJWTAuthorizer;
  test.each<readonly [string, unknown, string, RegExp]>([
    ['that is no JSON', '{', 'CannotParse', /not valid JSON/],
    ['that is no object', '[]', 'FieldValidationFailed', /request: must be an object/],
    [
      'without a required member',
      { ...GOOD, name: undefined },
      'FieldValidationFailed',
      /^name: is required$/,
    ],
    ['with null for one', { ...GOOD, name: null }, 'FieldValidationFailed', /^name: is required$/],
    ['with an unknown member', { ...GOOD, nmae: 'x' }, 'FieldValidationFailed', /^nmae: is unknown$/],
    [
      'with an unknown member inside',
      { ...GOOD, authorizerConfiguration: { customJWTAuthorizer: { ...claim, allowAll: true } } },
      'FieldValidationFailed',
      /^authorizerConfiguration\.customJWTAuthorizer\.allowAll: is unknown$/,
    ],
    [
      'with two members of a union',
      { ...GOOD, authorizerConfiguration: { ...AUTHORIZER, other: {} } },
      'FieldValidationFailed',
      /^authorizerConfiguration: must have exactly one of customJWTAuthorizer$/,
    ],
    [
      'with no member of a union',
      { ...GOOD, authorizerConfiguration: {} },
      'FieldValidationFailed',
      /must have exactly one of/,
    ],
    ['with a number for a text', { ...GOOD, name: 1 }, 'FieldValidationFailed', /^name: must be a string$/],
    [
      'with a text for a list',
      { ...GOOD, interceptorConfigurations: 'x' },
      'FieldValidationFailed',
      /must be a list/,
    ],
    ['with a list for a map', { ...GOOD, tags: ['a'] }, 'FieldValidationFailed', /tags: must be a map/],
    [
      'with a number in a map of texts',
      { ...GOOD, tags: { a: 1 } },
      'FieldValidationFailed',
      /tags\.a: must be/,
    ],
    [
      'with a member of the prototype',
      '{"__proto__":{"name":"x"}}',
      'FieldValidationFailed',
      /__proto__: is unknown/,
    ],
    [
      'with an enum value that is none',
      { ...GOOD, authorizerType: 'X' },
      'FieldValidationFailed',
      /authorizerType/,
    ],
    [
      'with a member that does not run here',
      { ...GOOD, wafConfiguration: {} },
      'FieldValidationFailed',
      /unknown/,
    ],
  ])('%s is refused, with the field', async (_id, body, reason, message) => {
    const before = control.read();
    const { status, type, body: told } = await send('POST', '/gateways/', body);
    expect([status, type]).toEqual([400, 'ValidationException']);
    expect(told).toMatchObject({ reason, message: expect.stringMatching(message) });
    if (reason === 'FieldValidationFailed') expect(told).toHaveProperty('fieldList.0.name');
    expect(control.read()).toBe(before);
  });

  test('that is good is taken, with a null as if it were not there', async () => {
    expect(await send('POST', '/gateways/', { ...GOOD, description: null })).toMatchObject({ status: 202 });
  });

  test('in the path or the query is not taken from the body as well', async () => {
    const told = await send('POST', '/runtimes/', { maxResults: 1 });
    expect(told).toMatchObject({ status: 400, body: { message: 'maxResults: is unknown' } });
    expect(await send('POST', '/runtimes/', undefined, 'maxResults=1')).toMatchObject({ status: 200 });
    const twice = await send('POST', '/runtimes/', undefined, 'maxResults=1&maxResults=2');
    expect(twice).toMatchObject({ status: 400, body: { message: 'maxResults is given more than once' } });
    expect(await send('POST', '/runtimes/', undefined, 'maxResults=one')).toMatchObject({ status: 400 });
  });

  test('that is nested too deeply is refused, however deep', async () => {
    const schema = `${'{"type":"array","items":'.repeat(5000)}{}${'}'.repeat(5000)}`;
    const tool = `{"name":"t","description":"d","inputSchema":${schema}}`;
    const lambda = `{"lambdaArn":"a","toolSchema":{"inlinePayload":[${tool}]}}`;
    const told = await send(
      'POST',
      '/gateways/some-id/targets/',
      `{"targetConfiguration":{"mcp":{"lambda":${lambda}}}}`,
    );
    expect(told).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/nested too deeply/) },
    });
  });

  test('a document may hold anything, but not deeper than the rest', () => {
    const shape = structureShape([3, 'ns', 'S', 0, ['document'], [15], 0]);
    const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
    expect(checkShape(shape, { document: nested(50) }).issues).toEqual([]);
    expect(checkShape(shape, { document: nested(5000) }).issues).not.toEqual([]);
  });
});

describe('a route', () => {
  test('is found for every operation of the SDK, each its own', () => {
    const route = routerOf(SDK_OPERATIONS);
    const wrong = SDK_OPERATIONS.filter(
      ({ name, method, path }) =>
        route(method, path.replaceAll(/\{[^}]+\}/g, 'some-id'))?.operation.name !== name,
    );
    expect(SDK_OPERATIONS.length).toBeGreaterThan(160);
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  test('that is of no operation is none, and an empty label neither', async () => {
    expect(await send('GET', '/gateways/a/b/c/d')).toMatchObject({
      status: 404,
      type: 'UnknownOperationException',
    });
    expect(await send('PATCH', '/gateways/')).toMatchObject({
      status: 404,
      type: 'UnknownOperationException',
    });
    expect(await send('GET', '/gateways//targets/')).toMatchObject({ status: 404 });
    expect(await send('GET', '/gateways/')).toMatchObject({ status: 200 });
  });

  test('of the data plane under the same segment is left to it', () => {
    const matches = (path: string) =>
      api.matches({ method: 'POST', path, search: '', headers: {}, rawHeaders: [] });
    const data = [
      '/identities/GetWorkloadAccessToken',
      '/identities/GetWorkloadAccessTokenForJWT',
      '/identities/oauth2/token',
      '/identities/oauth2/callback/x',
      '/identities/api-key',
      '/identities/CompleteResourceTokenAuth',
    ];
    expect(data.map(matches)).toEqual(data.map(() => false));
    expect(matches('/identities/GetWorkloadIdentity')).toBe(true);
  });
});

describe('what is not supported locally', () => {
  const others = SDK_OPERATIONS.filter(({ name }) => !Object.hasOwn(OPERATIONS, name));

  test.each(others.map((operation) => [operation.name, operation] as const))(
    '%s says so by its name',
    async (name, { method, path }) => {
      const before = control.read();
      const told = await send(method, path.replaceAll(/\{[^}]+\}/g, 'some-id'));
      expect(told).toEqual({
        status: 501,
        type: 'UnsupportedOperationException',
        body: { message: `${name} is not supported locally` },
      });
      expect(control.read()).toBe(before);
    },
  );

  test('is not what the operations here are: each is one of the SDK', () => {
    const known = new Set(SDK_OPERATIONS.map(({ name }) => name));
    expect(Object.keys(OPERATIONS).filter((name) => !known.has(name))).toEqual([]);
    expect(Object.keys(OPERATIONS).length + others.length).toBe(SDK_OPERATIONS.length);
  });
});

describe('an answer', () => {
  const summary = structureShape([3, 'ns', 'S', 0, ['name', 'at', 'seconds'], [0, 5, 4], 2]);

  test('has the members of its shape only, and times in the format of each', () => {
    const at = '2026-01-02T03:04:05.678Z';
    expect(renderShape(summary, { name: 'x', at, seconds: at, secret: 's', settles: 'GONE' })).toEqual({
      name: 'x',
      at,
      seconds: 1_767_323_045.678,
    });
  });

  const get = SDK_OPERATIONS.find(({ name }) => name === 'GetWorkloadIdentity');
  test.each<readonly [string, object, readonly string[]]>([
    ['is right', {}, []],
    ['lacks a required member', { workloadIdentityArn: undefined }, ['workloadIdentityArn is required']],
    ['has a member too many', { linkedToService: true }, ['linkedToService is unknown']],
    ['has a time of the wrong format', { createdTime: '1970' }, ['createdTime must be a number of seconds']],
  ])('is held against its schema: it %s', (_id, change, problems) => {
    if (get === undefined) throw new Error('the SDK has no such operation');
    const right = { name: 'n', workloadIdentityArn: 'a', createdTime: 1, lastUpdatedTime: 1 };
    const body = JSON.stringify({ ...right, ...change });
    expect(problemsOf(get, { status: 200, body })).toEqual(problems);
  });
});

test('schemas of a kind that this program does not know are said to be, not guessed', () => {
  expect(() => shapeOf(42)).toThrow(/something unknown/);
  expect(() => shapeOf('x')).toThrow(/something unknown/);
  expect(() => structureShape(0)).toThrow(/something unknown/);
});

test("the SDK's operations are read once", async () => {
  expect(await sdkOperations()).toBe(await sdkOperations());
});
