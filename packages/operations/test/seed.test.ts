import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Person } from '@secure-agent/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readMachineSecrets, seedPeople, seedRows } from '../src/index.ts';
import { type FakeAnswer, type FakeCall, fakeAws } from './support/fake-aws.ts';

type User = { password?: unknown; permanent?: unknown; attributes: unknown; groups: Set<string> };

/** As much of a user pool as seeding touches. */
function fakePool() {
  const users = new Map<string, User>();
  const operations: string[] = [];
  const empty: FakeAnswer = { body: {} };
  const userOf = (input: FakeCall['input']): User => {
    const user = users.get(String(input['Username']));
    if (user === undefined) throw new Error('no such user');
    return user;
  };
  const act: Readonly<Record<string, (input: FakeCall['input']) => FakeAnswer>> = {
    AdminCreateUser(input) {
      if (users.has(String(input['Username']))) return { error: 'UsernameExistsException' };
      expect(input['MessageAction']).toBe('SUPPRESS');
      users.set(String(input['Username']), { attributes: input['UserAttributes'], groups: new Set() });
      return empty;
    },
    AdminUpdateUserAttributes(input) {
      userOf(input).attributes = input['UserAttributes'];
      return empty;
    },
    AdminSetUserPassword(input) {
      const user = userOf(input);
      user.password = input['Password'];
      user.permanent = input['Permanent'];
      return empty;
    },
    AdminAddUserToGroup(input) {
      userOf(input).groups.add(String(input['GroupName']));
      return empty;
    },
    AdminRemoveUserFromGroup(input) {
      userOf(input).groups.delete(String(input['GroupName']));
      return empty;
    },
    AdminListGroupsForUser: (input) => ({
      body: { Groups: [...userOf(input).groups].map((GroupName) => ({ GroupName })) },
    }),
    DescribeUserPoolClient: ({ ClientId }) => ({
      body: { UserPoolClient: ClientId === 'public' ? {} : { ClientSecret: `secret-of-${ClientId}` } },
    }),
  };
  return {
    users,
    operations,
    answer({ operation, input }: FakeCall): FakeAnswer {
      operations.push(operation);
      return act[operation]?.(input) ?? { error: 'UnknownOperationException' };
    },
  };
}

const person = (change: Partial<Person> = {}): Person => ({
  username: 'maria',
  title: 'manager',
  group: 'managers',
  tenant: 'acme',
  email: 'maria@acme.example',
  employee: { id: 'E200', name: 'Maria', leaveDays: 30, salary: 1 },
  ...change,
});

let pool: ReturnType<typeof fakePool>;
let client: CognitoIdentityProviderClient;
beforeEach(async () => {
  pool = fakePool();
  client = new CognitoIdentityProviderClient(await fakeAws(pool.answer));
});
afterEach(() => client.destroy());

describe('people', () => {
  const seed = (
    people: readonly Person[],
    passwords: Readonly<Record<string, string>> = { maria: 'first' },
  ) => seedPeople(client, 'us-east-1_x', people, passwords);

  test('get a permanent password, their attributes and their group', async () => {
    await seed([person()]);
    expect(pool.users.get('maria')).toEqual({
      password: 'first',
      permanent: true,
      groups: new Set(['managers']),
      attributes: [
        { Name: 'email', Value: 'maria@acme.example' },
        { Name: 'email_verified', Value: 'true' },
        { Name: 'custom:tenant', Value: 'acme' },
        { Name: 'custom:employee_id', Value: 'E200' },
      ],
    });
  });

  test('who is there already is not made again, and changes as the configuration does', async () => {
    await seed([person()]);
    const before = pool.users.get('maria');
    await seed([person({ tenant: 'other' })], { maria: 'second' });
    expect(pool.users.get('maria')).toBe(before);
    expect(before).toMatchObject({ password: 'second', groups: new Set(['managers']) });
    expect(before?.attributes).toContainEqual({ Name: 'custom:tenant', Value: 'other' });
  });

  test('who changes the role keeps no group, and so no scope, of the old one', async () => {
    await seed([person()]);
    await seed([person({ group: 'employees' })]);
    expect(pool.users.get('maria')?.groups).toEqual(new Set(['employees']));
  });

  test('whom the configuration does not name is left alone', async () => {
    pool.users.set('guest', { attributes: [], groups: new Set(['guests']) });
    await seed([person()]);
    expect(pool.users.get('guest')).toEqual({ attributes: [], groups: new Set(['guests']) });
  });

  test.each(['maria', 'constructor'])('%s without a password: nobody is made', async (username) => {
    const seeding = seed([person({ username: 'eve' }), person({ username })], { eve: 'p' });
    await expect(seeding).rejects.toMatchObject({
      code: 'secret_missing',
      message: expect.stringContaining(username),
    });
    expect(pool.operations).toEqual([]);
  });

  test('another error of the pool is not taken for somebody who is there', async () => {
    const broken = new CognitoIdentityProviderClient(
      await fakeAws(() => ({ error: 'TooManyRequestsException' })),
    );
    await expect(seedPeople(broken, 'p', [person()], { maria: 'x' })).rejects.toMatchObject({
      name: 'TooManyRequestsException',
    });
    broken.destroy();
  });
});

describe('machine secrets', () => {
  test('come from the pool, by role', async () => {
    const secrets = await readMachineSecrets(client, 'p', { manager: 'a', developer: 'b' });
    expect(secrets).toEqual({ manager: 'secret-of-a', developer: 'secret-of-b' });
  });

  test('a client without one is named, and no secret is', async () => {
    const reading = readMachineSecrets(client, 'p', { manager: 'a', developer: 'public' });
    await expect(reading).rejects.toMatchObject({
      code: 'secret_missing',
      message: expect.stringContaining('developer'),
    });
    await expect(reading).rejects.not.toThrow(/secret-of/);
  });
});

describe('rows', () => {
  async function run(answer: (key: string) => FakeAnswer) {
    const puts: FakeCall['input'][] = [];
    const raw = new DynamoDBClient(
      await fakeAws(({ input }) => {
        puts.push(input);
        return answer(JSON.stringify(input['Item']));
      }),
    );
    const rows = ['a', 'b', 'c'].map((pk) => ({ pk, sk: 'x', days: 1 }));
    const done = seedRows(DynamoDBDocumentClient.from(raw), 'rows', rows).finally(() => raw.destroy());
    await done.catch(() => {});
    return { puts, done };
  }

  test('that are there already are left, and not counted', async () => {
    const { puts, done } = await run((item) =>
      item.includes('"b"') ? { error: 'ConditionalCheckFailedException' } : { body: {} },
    );
    expect(await done).toBe(2);
    expect(puts).toHaveLength(3);
    for (const put of puts) {
      expect(put).toMatchObject({ TableName: 'rows', ConditionExpression: 'attribute_not_exists(pk)' });
    }
  });

  test('that cannot be written are an error', async () => {
    const { done } = await run(() => ({ error: 'ResourceNotFoundException' }));
    await expect(done).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
