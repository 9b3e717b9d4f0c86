import type { Json } from '@secure-agent/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import { LoadError } from '../../src/load-error.ts';
import { applyStack } from '../../src/loader/apply-stack.ts';
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../../src/ports.ts';
import { createFileState } from '../../src/state/file-state.ts';
import type { Assembly } from '../../src/template/assembly.ts';
import { folderWith } from '../processes/support.ts';
import { assemblyOf, contextAt, type TestResource } from '../support/stack.ts';

let log: string[];
let folder: string;
/** Logical ids whose handler fails. */
let broken: Set<string>;

beforeEach(() => {
  log = [];
  broken = new Set();
  folder = folderWith();
});

const resultOf = ({ logicalId, stack }: ResourceRequest, physicalId: string): ResourceResult => ({
  physicalId,
  attributes: { Arn: `arn:${logicalId}`, Url: `${stack.endpoint}/${physicalId}` },
});

const nameOf = ({ properties: { Name: name } }: ResourceRequest): string | undefined =>
  typeof name === 'string' ? name : undefined;

/** A type that only notes what it is asked to do. */
function recordingHandler(type: string): ResourceHandler {
  const note = (what: string, { logicalId, properties }: ResourceRequest): void => {
    if (broken.has(logicalId)) throw new LoadError('property_invalid', `"${logicalId}" is broken.`);
    log.push(`${what} ${logicalId} ${JSON.stringify(properties)}`);
  };
  return {
    type,
    async create(request) {
      note('create', request);
      return resultOf(request, nameOf(request) ?? `${request.logicalId}-1`);
    },
    async update(request, current) {
      note(`update ${current.physicalId}`, request);
      return resultOf(request, nameOf(request) ?? current.physicalId);
    },
    async remove(physicalId) {
      log.push(`remove ${type} ${physicalId}`);
    },
    async resume(request, current) {
      note(`resume ${current.physicalId}`, request);
    },
  };
}

const handlers = new Map(['T', 'U'].map((type) => [type, recordingHandler(type)]));

/** A start of its own: state comes from disk. Gives what was asked of the handlers. */
async function start(assembly: Assembly, endpoint?: string) {
  log = [];
  const { outputs } = await applyStack(assembly, contextAt(endpoint), handlers, createFileState(folder));
  return { log, outputs };
}

const stackOf = (resources: Readonly<Record<string, TestResource>>): Assembly => assemblyOf(resources);

describe('from one start to the next', () => {
  test('what is new is created, what did not change is resumed', async () => {
    const stack = stackOf({ A: { Type: 'T', Properties: { size: 1 } } });
    expect((await start(stack)).log).toEqual(['create A {"size":1}']);
    expect((await start(stack)).log).toEqual(['resume A-1 A {"size":1}']);
  });

  test('what the template changed is updated under its physical id', async () => {
    await start(stackOf({ A: { Type: 'T', Properties: { size: 1 } } }));
    const changed = stackOf({ A: { Type: 'T', Properties: { size: 2 } } });
    expect((await start(changed)).log).toEqual(['update A-1 A {"size":2}']);
    expect((await start(changed)).log).toEqual(['resume A-1 A {"size":2}']);
  });

  test('another order of the same properties is no change', async () => {
    await start(stackOf({ A: { Type: 'T', Properties: { a: 1, b: { c: 1, d: 2 } } } }));
    const again = stackOf({ A: { Type: 'T', Properties: { b: { d: 2, c: 1 }, a: 1 } } });
    expect((await start(again)).log).toEqual(['resume A-1 A {"b":{"d":2,"c":1},"a":1}']);
  });

  test('a change of what a resource refers to changes the resource', async () => {
    const referring = (name: string) =>
      stackOf({
        B: { Type: 'T', Properties: { of: { Ref: 'A' } } },
        A: { Type: 'T', Properties: { Name: name } },
      });
    await start(referring('one'));
    expect((await start(referring('two'))).log).toEqual([
      'update one A {"Name":"two"}',
      'update B-1 B {"of":"two"}',
    ]);
  });

  test('what the template no longer holds is removed, what depends on another before it', async () => {
    const A: TestResource = { Type: 'T' };
    const dependent = (on: string): TestResource => ({ Type: 'T', Properties: { on: { Ref: on } } });
    await start(stackOf({ A, B: dependent('A') }));
    // C comes later, and B now depends on it: B still has to go first.
    await start(stackOf({ A, B: dependent('C'), C: dependent('A') }));
    expect((await start(stackOf({ A }))).log).toEqual(['resume A-1 A {}', 'remove T B-1', 'remove T C-1']);
    expect((await start(stackOf({ A }))).log).toEqual(['resume A-1 A {}']);
  });

  test('a resource that came under another logical id is not removed under the new one', async () => {
    const table: TestResource = { Type: 'T', Properties: { Name: 'rows' } };
    await start(stackOf({ Old: table }));
    expect((await start(stackOf({ New: table }))).log).toEqual(['create New {"Name":"rows"}']);
    expect((await start(stackOf({}))).log).toEqual(['remove T rows']);
  });

  test('another type under the same logical id is another resource', async () => {
    await start(stackOf({ A: { Type: 'T' } }));
    expect((await start(stackOf({ A: { Type: 'U' } }))).log).toEqual(['remove T A-1', 'create A {}']);
  });

  test('two stacks in one folder do not know each other', async () => {
    await start(stackOf({ A: { Type: 'T' } }));
    const other = { ...stackOf({ B: { Type: 'T' } }), stackName: 'Other' };
    log = [];
    await applyStack(other, { ...contextAt(), stackName: 'Other' }, handlers, createFileState(folder));
    expect(log).toEqual(['create B {}']);
  });
});

describe('at another port', () => {
  const ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_x';
  const stack = (size: number) =>
    stackOf({
      A: { Type: 'T', Properties: { issuer: ISSUER, size } },
      B: { Type: 'T', Properties: { url: { 'Fn::GetAtt': ['A', 'Url'] } } },
    });

  test('nothing is changed: what an API changed is not overwritten', async () => {
    await start(stack(1), 'http://127.0.0.1:4566');
    expect((await start(stack(1), 'http://127.0.0.1:5000')).log).toEqual([
      'resume A-1 A {"issuer":"http://127.0.0.1:5000/us-east-1_x","size":1}',
      'resume B-1 B {"url":"http://127.0.0.1:5000/A-1"}',
    ]);
  });

  test('while a change of the template is still one', async () => {
    await start(stack(1), 'http://127.0.0.1:4566');
    expect((await start(stack(2), 'http://127.0.0.1:5000')).log[0]).toMatch(/^update A-1 A/);
  });
});

describe('what cannot be run', () => {
  test('an unknown type is named before anything is made', async () => {
    const stack = stackOf({ A: { Type: 'T' }, Queue: { Type: 'AWS::SQS::Queue' } });
    await expect(start(stack)).rejects.toMatchObject({
      code: 'resource_type_unknown',
      message: expect.stringMatching(/"Queue".*AWS::SQS::Queue/),
    });
    expect(log).toEqual([]);
    expect((await start(stackOf({ A: { Type: 'T' } }))).log).toEqual(['create A {}']);
  });

  test('what the CDK notes of itself needs no handler', async () => {
    expect((await start(stackOf({ CDKMetadata: { Type: 'AWS::CDK::Metadata' } }))).log).toEqual([]);
  });

  test('a reference to nothing names the resource that makes it', async () => {
    const stack = stackOf({ A: { Type: 'T', Properties: { x: { Ref: 'Nobody' } } } });
    await expect(start(stack)).rejects.toMatchObject({
      code: 'reference_unresolved',
      message: expect.stringMatching(/"A".*"Nobody"/),
    });
  });

  test('a failure leaves what was made before it, and the next start goes on from there', async () => {
    const stack = stackOf({ A: { Type: 'T' }, B: { Type: 'T', DependsOn: ['A'] } });
    broken.add('B');
    await expect(start(stack)).rejects.toThrow('"B" is broken.');
    broken.clear();
    expect((await start(stack)).log).toEqual(['resume A-1 A {}', 'create B {}']);
  });

  test('an update that fails is asked for again', async () => {
    await start(stackOf({ A: { Type: 'T', Properties: { size: 1 } } }));
    const changed = stackOf({ A: { Type: 'T', Properties: { size: 2 } } });
    broken.add('A');
    await expect(start(changed)).rejects.toThrow('"A" is broken.');
    broken.clear();
    expect((await start(changed)).log).toEqual(['update A-1 A {"size":2}']);
  });
});

describe('conditions, parameters and mappings', () => {
  const rest = (stage: string) => ({
    Parameters: { Stage: { Type: 'String', Default: stage }, Empty: { Type: 'String' } },
    Conditions: {
      IsLocal: { 'Fn::Equals': [{ Ref: 'Stage' }, 'local'] },
      IsDeployed: { 'Fn::Not': [{ Condition: 'IsLocal' }] },
      Circle: { Condition: 'Other' },
      Other: { Condition: 'Circle' },
    } satisfies Record<string, Json>,
    Mappings: { Sizes: { local: { size: 3 } } },
    Outputs: {
      Always: { Value: { 'Fn::GetAtt': ['A', 'Arn'] } },
      Deployed: { Value: 'x', Condition: 'IsDeployed' },
      Issuer: { Value: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_x' },
    } satisfies Record<string, { Value: Json; Condition?: string }>,
  });

  test('decide what is made, and what is told', async () => {
    const size: Json = { 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'size'] };
    const resources: Record<string, TestResource> = {
      A: { Type: 'T', Properties: { size } },
      B: { Type: 'T', Condition: 'IsDeployed' },
    };
    const { log: asked, outputs } = await start(assemblyOf(resources, rest('local')));
    expect(asked).toEqual(['create A {"size":3}']);
    expect(outputs).toEqual({ Always: 'arn:A', Issuer: 'http://127.0.0.1:4566/us-east-1_x' });
  });

  test('what a condition no longer wants is removed', async () => {
    const resources: Record<string, TestResource> = {
      A: { Type: 'T' },
      B: { Type: 'T', Condition: 'IsDeployed' },
    };
    await start(assemblyOf(resources, rest('dev')));
    expect((await start(assemblyOf(resources, rest('local')))).log).toEqual([
      'resume A-1 A {}',
      'remove T B-1',
    ]);
  });

  test.each([
    ['Nobody', 'reference_unresolved'],
    ['constructor', 'reference_unresolved'],
    ['Circle', 'assembly_invalid'],
  ])('a condition %s is refused by name', async (name, code) => {
    const stack = assemblyOf({ A: { Type: 'T', Condition: name } }, rest('local'));
    await expect(start(stack)).rejects.toMatchObject({ code, message: expect.stringContaining(name) });
  });

  test.each<readonly [string, Json]>([
    ['a parameter without a value', { Ref: 'Empty' }],
    ['a member of a prototype', { Ref: 'constructor' }],
    ['an attribute of a prototype', { 'Fn::GetAtt': ['A', 'constructor'] }],
    ['a mapping of a prototype', { 'Fn::FindInMap': ['constructor', 'name', 'length'] }],
  ])('%s is no value', async (_id, value) => {
    const resources: Record<string, TestResource> = {
      A: { Type: 'T' },
      B: { Type: 'T', Properties: { value } },
    };
    await expect(start(assemblyOf(resources, rest('local')))).rejects.toMatchObject({
      code: 'reference_unresolved',
    });
  });

  test('the pseudo parameters are those of the stack', async () => {
    const value: Json = {
      'Fn::Join': [
        ' ',
        ['AccountId', 'Region', 'Partition', 'URLSuffix', 'StackName'].map((name) => ({
          Ref: `AWS::${name}`,
        })),
      ],
    };
    const { log: asked } = await start(stackOf({ A: { Type: 'T', Properties: { value } } }));
    expect(asked).toEqual(['create A {"value":"000000000000 us-east-1 aws amazonaws.com Agent"}']);
  });
});
