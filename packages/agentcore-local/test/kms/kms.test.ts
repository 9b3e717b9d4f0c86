/** KMS: the same MAC as HMAC-SHA-256, only for whom the key's policy names, and never the key. */
import { createHmac } from 'node:crypto';
import { assertionSigningInput, type Json } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { createKms, type Kms } from '../../src/kms/kms.ts';
import { LoadError } from '../../src/load-error.ts';
import type {
  LocalRequest,
  Properties,
  ResourceRequest,
  ResourceResult,
  StateSection,
  StateStore,
} from '../../src/ports.ts';

const ACCOUNT = '000000000000';
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const SIGNER = role('signer');
const VERIFIER = role('verifier');
const OPERATOR = `arn:aws:iam::${ACCOUNT}:user/operator`;
const NOW = Date.UTC(2026, 10, 22);

/** What a real store would write, as text: values go through JSON and the section's own schema. */
function memoryState(
  saved = new Map<string, string>(),
): StateStore & { readonly saved: Map<string, string> } {
  return {
    saved,
    folder: () => '',
    section<T>(name: string, schema: { parse(value: unknown): T }, initial: T): StateSection<T> {
      const read = () => {
        const text = saved.get(name);
        return text === undefined ? initial : schema.parse(JSON.parse(text));
      };
      return { read, write: (next) => void saved.set(name, JSON.stringify(next)) };
    },
  };
}

const allow = (arn: string, action: string): Json => ({
  Effect: 'Allow',
  Principal: { AWS: arn },
  Action: action,
  Resource: '*',
});
const POLICY: Json = {
  Version: '2012-10-17',
  Statement: [
    allow(`arn:aws:iam::${ACCOUNT}:root`, 'kms:DescribeKey'),
    allow(SIGNER, 'kms:GenerateMac'),
    allow(VERIFIER, 'kms:VerifyMac'),
  ],
};
const KEY: Properties = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC', KeyPolicy: POLICY };

const resource = (properties: Properties, logicalId = 'CallerKey'): ResourceRequest => ({
  logicalId,
  properties,
  stack: { stackName: 'S', account: ACCOUNT, region: 'us-east-1', endpoint: 'http://127.0.0.1:4566' },
  asset: () => '',
});

function handlerOf(kms: Kms, type: string) {
  const found = kms.handlers.find((handler) => handler.type === type);
  if (found === undefined) throw new Error(`no handler for ${type}`);
  return found;
}

async function withKey(properties: Properties = KEY, state = memoryState()) {
  const kms = createKms({ state, now: () => NOW });
  const key = await handlerOf(kms, 'AWS::KMS::Key').create(resource(properties));
  return { kms, key, state, arn: String(key.attributes['Arn']) };
}

type Answer = {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: Record<string, Json>;
};

async function call(
  kms: Kms,
  operation: string,
  input: Json | Buffer,
  { caller = SIGNER, contentType = 'application/x-amz-json-1.1' } = {},
): Promise<Answer> {
  const headers = { 'x-amz-target': `TrentService.${operation}`, 'content-type': contentType };
  const request: LocalRequest = {
    method: 'POST',
    path: '/',
    search: '',
    headers,
    rawHeaders: [],
    body: Buffer.isBuffer(input) ? input : Buffer.from(JSON.stringify(input)),
    requestId: 'r-1',
    signal: new AbortController().signal,
    ...(caller === '' ? {} : { caller: { arn: caller, accessKeyId: 'LOCL' } }),
  };
  expect(kms.service.matches(request)).toBe(true);
  expect(kms.service.signedAs(request)).toBe('kms');
  const response = await kms.service.handle(request);
  const type = response.headers?.['x-amzn-errortype'];
  const body: Record<string, Json> = JSON.parse(String(response.body));
  expect(body['__type']).toBe(type);
  return { status: response.status, type: typeof type === 'string' ? type : undefined, body };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const mac = (key: ResourceResult, text = 'm', more: Record<string, Json> = {}): Record<string, Json> => ({
  KeyId: key.physicalId,
  MacAlgorithm: 'HMAC_SHA_256',
  Message: base64(text),
  ...more,
});

describe('MACs', () => {
  test('what one role makes, the other checks', async () => {
    const { kms, key, arn } = await withKey();
    const claims = {
      iss: 'i',
      sub: 's',
      scopes: [],
      client_id: 'c',
      tool: 't',
      args: 'a',
      rid: 'r',
      iat: 1,
      exp: 2,
    };
    const text = assertionSigningInput(claims);
    const made = await call(kms, 'GenerateMac', mac(key, text));
    expect(made).toMatchObject({ status: 200, body: { KeyId: arn, MacAlgorithm: 'HMAC_SHA_256' } });
    const Mac = String(made.body['Mac']);
    expect(Buffer.from(Mac, 'base64')).toHaveLength(32);
    const checked = await call(kms, 'VerifyMac', mac(key, text, { Mac }), { caller: VERIFIER });
    expect(checked).toMatchObject({ status: 200, body: { KeyId: arn, MacValid: true } });
  });

  test('it is HMAC-SHA-256 under the kept material', async () => {
    const { kms, key, state } = await withKey();
    const saved: { readonly keys: readonly { readonly material: string }[] } = JSON.parse(
      state.saved.get('kms') ?? '',
    );
    const material = Buffer.from(saved.keys[0]?.material ?? '', 'base64');
    expect(material).toHaveLength(32);
    const made = await call(kms, 'GenerateMac', mac(key, 'abc'));
    expect(made.body['Mac']).toBe(createHmac('sha256', material).update('abc').digest('base64'));
  });

  test('two keys make two MACs; a MAC of the other key is not valid', async () => {
    const state = memoryState();
    const { kms, key } = await withKey(KEY, state);
    const other = await handlerOf(kms, 'AWS::KMS::Key').create(resource(KEY, 'Other'));
    const Mac = String((await call(kms, 'GenerateMac', mac(other))).body['Mac']);
    expect((await call(kms, 'VerifyMac', mac(key, 'm', { Mac }), { caller: VERIFIER })).type).toBe(
      'KMSInvalidMacException',
    );
    expect((await call(kms, 'VerifyMac', mac(other, 'm', { Mac }), { caller: VERIFIER })).status).toBe(200);
  });

  test.each([
    ['another message', 'n', (good: Buffer) => good],
    [
      'one bit changed',
      'm',
      (good: Buffer) => Buffer.from(good.map((byte, at) => (at === 31 ? byte ^ 1 : byte))),
    ],
    ['cut short', 'm', (good: Buffer) => good.subarray(0, 16)],
    ['with a byte more', 'm', (good: Buffer) => Buffer.concat([good, Buffer.from([0])])],
  ])('a wrong MAC is KMSInvalidMacException: %s', async (_what, text, change) => {
    const { kms, key } = await withKey();
    const good = Buffer.from(String((await call(kms, 'GenerateMac', mac(key))).body['Mac']), 'base64');
    const Mac = change(good).toString('base64');
    const answer = await call(kms, 'VerifyMac', mac(key, text, { Mac }), { caller: VERIFIER });
    expect(answer).toMatchObject({ status: 400, type: 'KMSInvalidMacException' });
    expect(JSON.stringify(answer.body)).not.toContain(good.toString('base64'));
  });
});

describe('requests that are refused', () => {
  test.each([
    ['an unknown key', { KeyId: '11111111-1111-4111-8111-111111111111' }, 'NotFoundException'],
    ['an alias that is not there', { KeyId: 'alias/none' }, 'NotFoundException'],
    ['an empty message', { Message: '' }, 'ValidationException'],
    ['4097 bytes', { Message: base64('x'.repeat(4097)) }, 'ValidationException'],
    ['text that is no base64', { Message: 'not base64!' }, 'ValidationException'],
    ['no message', { Message: null }, 'ValidationException'],
    ['a number for a key', { KeyId: 1 }, 'ValidationException'],
    ['another algorithm', { MacAlgorithm: 'HMAC_SHA_512' }, 'InvalidKeyUsageException'],
  ] as const)('%s', async (_what, change, type) => {
    const { kms, key } = await withKey();
    const answer = await call(kms, 'GenerateMac', { ...mac(key), ...change });
    expect(answer).toMatchObject({ status: 400, type });
  });

  test('control: 4096 bytes', async () => {
    const { kms, key } = await withKey();
    expect((await call(kms, 'GenerateMac', mac(key, 'x'.repeat(4096)))).status).toBe(200);
  });

  test.each([
    ['a body that is no JSON', Buffer.from('{'), {}],
    ['another content type', Buffer.from('{}'), { contentType: 'application/json' }],
  ])('%s', async (_what, body, options) => {
    const { kms } = await withKey();
    expect(await call(kms, 'GenerateMac', body, options)).toMatchObject({
      status: 400,
      type: 'SerializationException',
    });
  });

  test.each(['null', '[]', '"x"'])('a body that is no object: %s', async (body) => {
    const { kms } = await withKey();
    expect((await call(kms, 'GenerateMac', Buffer.from(body))).type).toBe('ValidationException');
  });

  test.each([
    ['Encrypt', 'Encrypt is not supported locally.'],
    ['constructor', 'constructor is not supported locally.'],
    ['<x>', 'This operation is not supported locally.'],
  ])('the operation %s is named', async (operation, message) => {
    const { kms } = await withKey();
    expect(await call(kms, operation, {})).toMatchObject({
      status: 400,
      type: 'UnknownOperationException',
      body: { message },
    });
  });

  test('a disabled key', async () => {
    const { kms, key } = await withKey({ ...KEY, Enabled: false });
    expect((await call(kms, 'GenerateMac', mac(key))).type).toBe('DisabledException');
    await handlerOf(kms, 'AWS::KMS::Key').update(resource(KEY), { ...key, applied: KEY });
    expect((await call(kms, 'GenerateMac', mac(key))).status).toBe(200);
  });
});

describe('the key policy decides who', () => {
  test.each([
    ['the signer signs', 'GenerateMac', SIGNER, undefined],
    ['the verifier does not sign', 'GenerateMac', VERIFIER, 'AccessDeniedException'],
    ['nobody else signs', 'GenerateMac', role('agent'), 'AccessDeniedException'],
    ['not even the operator signs', 'GenerateMac', OPERATOR, 'AccessDeniedException'],
    ['a longer name is another role', 'GenerateMac', `${SIGNER}2`, 'AccessDeniedException'],
    ['an unsigned request is nobody', 'GenerateMac', '', 'MissingAuthenticationTokenException'],
    ['the signer does not verify', 'VerifyMac', SIGNER, 'AccessDeniedException'],
    ['the verifier verifies, and this MAC is wrong', 'VerifyMac', VERIFIER, 'KMSInvalidMacException'],
    ['the account describes', 'DescribeKey', OPERATOR, undefined],
    ['another account does not', 'DescribeKey', 'arn:aws:iam::111111111111:user/x', 'AccessDeniedException'],
  ])('%s', async (_what, operation, caller, type) => {
    const { kms, key } = await withKey();
    expect((await call(kms, operation, mac(key, 'm', { Mac: base64('x') }), { caller })).type).toBe(type);
  });

  const deny: Json = { Effect: 'Deny', Principal: '*', Action: 'kms:Generate*', Resource: '*' };
  test.each([
    ['no policy: the account', undefined, undefined],
    [
      'anyone, anything',
      { Statement: { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' } },
      undefined,
    ],
    ['a deny wins', { Statement: [allow(SIGNER, 'kms:*'), deny] }, 'AccessDeniedException'],
    [
      'a service is no role',
      {
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'x.amazonaws.com' },
          Action: 'kms:*',
          Resource: '*',
        },
      },
      'AccessDeniedException',
    ],
  ] as const)('%s', async (_what, policy, expected) => {
    const { KeyPolicy: _without, ...rest } = KEY;
    const properties: Properties = policy === undefined ? rest : { ...rest, KeyPolicy: policy };
    const { kms, key } = await withKey(properties);
    expect((await call(kms, 'GenerateMac', mac(key))).type).toBe(expected);
  });
});

describe('resources of a template', () => {
  const refuses = async (properties: Properties, named: string) => {
    const attempt = withKey(properties);
    await expect(attempt).rejects.toThrow(LoadError);
    await expect(attempt).rejects.toMatchObject({
      code: 'property_invalid',
      message: expect.stringMatching(new RegExp(`"CallerKey".*${named}`)),
    });
  };
  const statement = (change: Record<string, Json>): Properties => ({
    ...KEY,
    KeyPolicy: {
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*', ...change }],
    },
  });

  test.each<[string, Properties, string]>([
    ['an encryption key', { ...KEY, KeySpec: 'SYMMETRIC_DEFAULT' }, 'KeySpec'],
    ['a longer MAC key', { ...KEY, KeySpec: 'HMAC_512' }, 'KeySpec'],
    ['no key spec, which means an encryption key', { KeyPolicy: POLICY }, 'KeySpec'],
    ['another usage', { ...KEY, KeyUsage: 'ENCRYPT_DECRYPT' }, 'KeyUsage'],
    ['a condition', statement({ Condition: { StringEquals: {} } }), 'KeyPolicy'],
    ['all actions but some', statement({ NotAction: 'kms:GenerateMac' }), 'KeyPolicy'],
    ['everybody but some', statement({ NotPrincipal: '*' }), 'KeyPolicy'],
    ['a star inside an action', statement({ Action: 'kms:*Mac' }), 'KeyPolicy'],
  ])('%s is refused, and the resource named', async (_what, properties, named) => {
    await refuses(properties, named);
  });

  test('control: the same statement without them', async () => {
    const { kms, key } = await withKey(statement({}));
    expect((await call(kms, 'GenerateMac', mac(key))).status).toBe(200);
  });

  test('Ref is the key id; Arn and KeyId are attributes; DescribeKey says the same', async () => {
    const { kms, key } = await withKey({ ...KEY, Description: 'callers' });
    expect(key.physicalId).toMatch(/^[0-9a-f-]{36}$/);
    const arn = `arn:aws:kms:us-east-1:${ACCOUNT}:key/${key.physicalId}`;
    expect(key.attributes).toEqual({ Arn: arn, KeyId: key.physicalId });
    const { body } = await call(kms, 'DescribeKey', { KeyId: arn });
    expect(body['KeyMetadata']).toMatchObject({
      AWSAccountId: ACCOUNT,
      Arn: arn,
      CreationDate: NOW / 1000,
      Description: 'callers',
      KeyId: key.physicalId,
      KeySpec: 'HMAC_256',
      KeyState: 'Enabled',
      KeyUsage: 'GENERATE_VERIFY_MAC',
    });
  });

  test('no call returns key material', async () => {
    const { kms, key, state } = await withKey();
    const saved: { readonly keys: readonly { readonly material: string }[] } = JSON.parse(
      state.saved.get('kms') ?? '',
    );
    const material = saved.keys[0]?.material ?? 'absent';
    const answers = await Promise.all([
      call(kms, 'DescribeKey', mac(key)),
      call(kms, 'GenerateMac', mac(key)),
      call(kms, 'GenerateMac', mac(key, 'm', { MacAlgorithm: 'x' })),
      call(kms, 'VerifyMac', mac(key, 'm', { Mac: base64('x') }), { caller: VERIFIER }),
    ]);
    expect(state.saved.get('kms')).toContain(material);
    expect(JSON.stringify([answers, key])).not.toContain(material);
  });

  test('an update changes the policy and keeps the material; a restart keeps both', async () => {
    const { kms, key, state } = await withKey();
    const before = (await call(kms, 'GenerateMac', mac(key))).body['Mac'];
    const KeyPolicy = { Statement: [allow(VERIFIER, 'kms:GenerateMac')] };
    const changed = resource({ ...KEY, KeyPolicy });
    expect(await handlerOf(kms, 'AWS::KMS::Key').update(changed, { ...key, applied: KEY })).toEqual(key);
    expect((await call(kms, 'GenerateMac', mac(key))).type).toBe('AccessDeniedException');

    const restarted = createKms({ state: memoryState(state.saved), now: () => NOW + 1 });
    await handlerOf(restarted, 'AWS::KMS::Key').resume?.(changed, key);
    const after = await call(restarted, 'GenerateMac', mac(key), { caller: VERIFIER });
    expect(after.body['Mac']).toBe(before);
  });

  test('a key whose state is gone is not made anew in silence', async () => {
    const { key } = await withKey();
    const empty = handlerOf(createKms({ state: memoryState(), now: () => NOW }), 'AWS::KMS::Key');
    await expect(empty.resume?.(resource(KEY), key)).rejects.toMatchObject({ code: 'state_invalid' });
    await expect(empty.update(resource(KEY), { ...key, applied: KEY })).rejects.toThrow(LoadError);
  });

  test('a removed key is gone, its material and aliases too', async () => {
    const { kms, key, state } = await withKey();
    await handlerOf(kms, 'AWS::KMS::Alias').create(
      resource({ AliasName: 'alias/c', TargetKeyId: key.physicalId }),
    );
    await handlerOf(kms, 'AWS::KMS::Key').remove(key.physicalId, KEY);
    expect((await call(kms, 'GenerateMac', mac(key))).type).toBe('NotFoundException');
    expect(state.saved.get('kms')).toBe('{"keys":[],"aliases":[]}');
  });
});

describe('aliases', () => {
  const alias = (AliasName: string, TargetKeyId: string) => resource({ AliasName, TargetKeyId }, 'Alias');

  test('a key is found by id, ARN, alias and alias ARN', async () => {
    const { kms, key, arn } = await withKey();
    const made = await handlerOf(kms, 'AWS::KMS::Alias').create(alias('alias/caller', arn));
    expect(made.physicalId).toBe('alias/caller');
    const names = [key.physicalId, arn, 'alias/caller', `arn:aws:kms:us-east-1:${ACCOUNT}:alias/caller`];
    for (const KeyId of names) {
      expect((await call(kms, 'GenerateMac', { ...mac(key), KeyId })).body['KeyId'], KeyId).toBe(arn);
    }
  });

  test('a renamed alias leaves no old name; a removed one none at all', async () => {
    const { kms, key } = await withKey();
    const handler = handlerOf(kms, 'AWS::KMS::Alias');
    const first = await handler.create(alias('alias/old', key.physicalId));
    await handler.update(alias('alias/new', key.physicalId), { ...first, applied: {} });
    const sign = async (KeyId: string) => (await call(kms, 'GenerateMac', { ...mac(key), KeyId })).status;
    expect([await sign('alias/old'), await sign('alias/new')]).toEqual([400, 200]);
    await handler.remove('alias/new', {});
    expect(await sign('alias/new')).toBe(400);
  });

  test.each([
    ['AWS keeps alias/aws', 'alias/aws/x'],
    ['no prefix', 'caller'],
  ])('%s', async (_what, name) => {
    const { kms, key } = await withKey();
    await expect(handlerOf(kms, 'AWS::KMS::Alias').create(alias(name, key.physicalId))).rejects.toThrow(
      LoadError,
    );
  });

  test('an alias of no key is refused', async () => {
    const { kms } = await withKey();
    const made = handlerOf(kms, 'AWS::KMS::Alias').create(alias('alias/x', 'nothing'));
    await expect(made).rejects.toMatchObject({ code: 'property_invalid' });
  });
});

test('requests of other services are not taken', () => {
  const { service } = createKms({ state: memoryState(), now: () => NOW });
  const head = { method: 'POST', path: '/', search: '', headers: {}, rawHeaders: [] };
  const taken = ['TrentService.GenerateMac', 'DynamoDB_20120810.GetItem', ''].map((target) =>
    service.matches({ ...head, headers: { 'x-amz-target': target } }),
  );
  expect(taken).toEqual([true, false, false]);
  expect(
    service.matches({ ...head, method: 'GET', headers: { 'x-amz-target': 'TrentService.GenerateMac' } }),
  ).toBe(false);
  expect(service.refuse({ kind: 'unsigned', message: 'x' }, 'r').status).toBe(403);
});
