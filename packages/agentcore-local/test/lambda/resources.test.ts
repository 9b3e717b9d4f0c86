import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { folderWith } from '../processes/support.ts';
import { ASSET, functionProperties, request, startLambda } from './support.ts';

const FUNCTION = 'AWS::Lambda::Function';

describe('AWS::Lambda::Function', () => {
  it('has a name of stack, logical id and chance, and its ARN', async () => {
    const handler = startLambda().handler(FUNCTION);
    const created = await handler.create(request('HrTarget', functionProperties('index.echo')));
    expect(created.physicalId).toMatch(/^HrStack-HrTarget-[A-Z0-9]{12}$/);
    expect(created.attributes).toEqual({
      Arn: `arn:aws:lambda:us-east-1:000000000000:function:${created.physicalId}`,
    });
  });

  it('keeps its name over an update and a restart, and the update is what runs', async () => {
    const lambda = startLambda();
    const handler = lambda.handler(FUNCTION);
    const created = await handler.create(request('Fn', functionProperties('index.echo')));
    const changed = request('Fn', functionProperties('index.nothing'));
    expect(await handler.update(changed, { ...created, applied: {} })).toEqual(created);
    expect(await lambda.lambdas.invoke(created.physicalId, {})).toEqual({ ok: true, payload: null });

    const restarted = startLambda();
    await restarted.handler(FUNCTION).resume?.(changed, created);
    expect(await restarted.lambdas.invoke(created.physicalId, {})).toEqual({ ok: true, payload: null });
  });

  it('an explicit name that changes makes another function and removes the first', async () => {
    const lambda = startLambda();
    const handler = lambda.handler(FUNCTION);
    const created = await handler.create(
      request('Fn', functionProperties('index.nothing', { FunctionName: 'one' })),
    );
    await handler.update(request('Fn', functionProperties('index.nothing', { FunctionName: 'two' })), {
      ...created,
      applied: {},
    });
    expect(await lambda.lambdas.invoke('one', {})).toMatchObject({ ok: false, error: 'NotFound' });
    expect(await lambda.lambdas.invoke('two', {})).toMatchObject({ ok: true });
  });

  it('is gone after its removal', async () => {
    const lambda = startLambda();
    const arn = await lambda.add('index.nothing', { FunctionName: 'gone' });
    await lambda.handler(FUNCTION).remove('gone', {});
    expect(await lambda.lambdas.invoke(arn, {})).toMatchObject({ ok: false, error: 'NotFound' });
  });

  const refusals: [string, Record<string, Json>, string, RegExp][] = [
    [
      'an asset that is not in the assembly',
      { Code: { S3Bucket: 'b', S3Key: `${'b'.repeat(64)}.zip` } },
      'asset_missing',
      /unknown/,
    ],
    [
      'code that is not an asset',
      { Code: { ZipFile: 'exports.handler = 1' } },
      'property_invalid',
      /Code\.S3Bucket/,
    ],
    [
      'a key with a path in it',
      { Code: { S3Bucket: 'b', S3Key: `../${ASSET}.zip` } },
      'property_invalid',
      /S3Key/,
    ],
    ['a handler without a file', { Handler: 'missing.handler' }, 'asset_missing', /missing\.handler/],
    ['a handler outside the code', { Handler: '../index.handler' }, 'asset_missing', /no file/],
    ['a runtime that is not Node.js', { Runtime: 'python3.14' }, 'property_invalid', /Node\.js/],
    [
      'a variable that Lambda reserves',
      { Environment: { Variables: { AWS_REGION: 'x' } } },
      'property_invalid',
      /reserved/,
    ],
    ['layers', { Layers: ['arn:aws:lambda:us-east-1:1:layer:x:1'] }, 'property_invalid', /Layers/],
    ['a timeout over fifteen minutes', { Timeout: 901 }, 'property_invalid', /Timeout/],
    ['a name that could be a path', { FunctionName: '../../etc' }, 'property_invalid', /FunctionName/],
  ];

  it.each(refusals)('%s is refused, and the sentence names the function', async (_, more, code, message) => {
    const { create } = startLambda().handler(FUNCTION);
    const creation = create(request('HrTarget', functionProperties('index.echo', more)));
    await expect(creation).rejects.toMatchObject({ name: 'LoadError', code });
    await expect(creation).rejects.toThrow(message);
  });

  it('a link out of the code is refused, though the file is there', async () => {
    const outside = folderWith({ 'index.mjs': 'export const handler = async () => 1;' });
    const folder = folderWith();
    symlinkSync(join(outside, 'index.mjs'), join(folder, 'index.mjs'));
    const { create } = startLambda().handler(FUNCTION);
    const linked = { ...request('Fn', functionProperties('index.handler')), asset: () => folder };
    await expect(create(linked)).rejects.toMatchObject({ code: 'property_invalid' });
    await create({ ...linked, asset: () => outside });
  });

  it('a file beside the code is refused, though the file is there', async () => {
    const outside = folderWith({ 'index.mjs': 'export const handler = async () => 1;' });
    const { create } = startLambda().handler(FUNCTION);
    const handler = `../${outside.split('/').at(-1)}/index.handler`;
    const beside = { ...request('Fn', functionProperties(handler)), asset: () => folderWith() };
    await expect(create(beside)).rejects.toMatchObject({ code: 'property_invalid' });
  });
});

describe('AWS::Lambda::Permission', () => {
  const PERMISSION = 'AWS::Lambda::Permission';
  const properties = {
    FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:hr',
    Action: 'lambda:InvokeFunction',
    Principal: 'cognito-idp.amazonaws.com',
    SourceArn: 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/x',
    SourceAccount: '000000000000',
  };

  it('is kept, changed and removed with its resource', async () => {
    const lambda = startLambda();
    const handler = lambda.handler(PERMISSION);
    const created = await handler.create(request('Invoke', properties));
    expect(lambda.permissions()).toEqual([
      {
        functionName: properties.FunctionName,
        action: properties.Action,
        principal: properties.Principal,
        sourceArn: properties.SourceArn,
        sourceAccount: properties.SourceAccount,
      },
    ]);
    const changed = request('Invoke', { ...properties, Principal: 'bedrock-agentcore.amazonaws.com' });
    await handler.update(changed, { ...created, applied: {} });
    expect(lambda.permissions()).toMatchObject([{ principal: 'bedrock-agentcore.amazonaws.com' }]);
    await handler.remove(created.physicalId, {});
    expect(lambda.permissions()).toEqual([]);
  });

  it('without a principal it is refused', async () => {
    const { create } = startLambda().handler(PERMISSION);
    const { Principal: _, ...rest } = properties;
    await expect(create(request('Invoke', rest))).rejects.toThrow(/Invoke: Principal/);
  });
});
