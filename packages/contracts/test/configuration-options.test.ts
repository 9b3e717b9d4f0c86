/** The optional parts of the configuration: what each takes, and the limit that a refusal names. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configuration } from '../src/index.ts';

const base = JSON.parse(readFileSync(new URL('../../../secure-agent.config.json', import.meta.url), 'utf8'));

/** Problems of the repository's file with more members. */
const problemsOf = (more: Readonly<Record<string, unknown>>): string[] =>
  configuration
    .safeParse({ ...base, ...more })
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

describe('identityProvider', () => {
  const provider = {
    discoveryUrl: 'https://login.example.com/tenant/.well-known/openid-configuration',
    peopleClients: ['portal'],
    machineClients: ['night-shift'],
    audience: ['https://agent.example.com'],
  };
  const withProvider = (change: object) => problemsOf({ identityProvider: { ...provider, ...change } });

  it('takes one', () => expect(withProvider({})).toEqual([]));

  it.each<[string, object, RegExp]>([
    ['http', { discoveryUrl: provider.discoveryUrl.replace('https', 'http') }, /discoveryUrl: must be https/],
    [
      'another document',
      { discoveryUrl: 'https://login.example.com/' },
      /discoveryUrl: .*openid-configuration/,
    ],
    ['no client', { peopleClients: [] }, /peopleClients/],
    ['a client with a comma', { peopleClients: ['a,b'] }, /peopleClients\.0: holds a space or a comma/],
    ['an audience with a space', { audience: ['a b'] }, /audience\.0: holds a space or a comma/],
    ['a client of 256 letters', { peopleClients: ['a'.repeat(256)] }, /peopleClients\.0: .*too long/],
    ['one client for both', { machineClients: ['portal'] }, /a client is for people or for machines/],
  ])('refuses %s', (_what, change, problem) => {
    expect(withProvider(change)).toEqual([expect.stringMatching(problem)]);
  });

  it('refuses an API whose client nobody makes', () => {
    const api = {
      ...{ name: 'Holidays', description: 'x', resourceServer: 'calendar', scopes: { read: 'x' } },
      ...{ serverUrl: 'https://calendar.example.com', specification: 'apis/holidays.json' },
    };
    expect(problemsOf({ identityProvider: provider, openApiTargets: [api] })).toEqual([
      expect.stringMatching(/^openApiTargets: need the user pool of the stack/),
    ]);
  });
});

it.each([
  ['artifact', ['container', 'zip'], 'tar'],
  ['encryption', ['service', 'customer'], 'none'],
])('%s is one of %j', (name, values, other) => {
  for (const value of values) expect(problemsOf({ [name]: value })).toEqual([]);
  expect(problemsOf({ [name]: other })).toEqual([expect.stringMatching(new RegExp(`^${name}: `))]);
});

describe('alarmTopicArn', () => {
  it('takes a topic', () =>
    expect(problemsOf({ alarmTopicArn: 'arn:aws:sns:us-east-1:111122223333:on-call' })).toEqual([]));
  it('refuses what is none', () =>
    expect(problemsOf({ alarmTopicArn: 'arn:aws:sqs:us-east-1:111122223333:on-call' })).toEqual([
      'alarmTopicArn: must be the ARN of an SNS topic',
    ]));
});

describe('openApiTargets', () => {
  const api = {
    name: 'Holidays',
    description: 'The company’s calendar.',
    serverUrl: 'https://calendar.example.com/v1',
    specification: 'apis/holidays.json',
    resourceServer: 'calendar',
    scopes: { read: 'Read holidays' },
  };
  const withApi = (change: object) => problemsOf({ openApiTargets: [{ ...api, ...change }] });

  it('takes one', () => expect(withApi({})).toEqual([]));
  it('takes a server on this machine', () =>
    expect(withApi({ serverUrl: 'http://127.0.0.1:8080/v1' })).toEqual([]));

  it.each<[string, object, RegExp]>([
    ['http elsewhere', { serverUrl: 'http://calendar.example.com' }, /serverUrl: must be https/],
    [
      'http at a name that may be elsewhere',
      { serverUrl: 'http://localhost:80' },
      /serverUrl: must be https/,
    ],
    ['a host that begins like this machine', { serverUrl: 'http://127.0.0.1:80@evil.example' }, /serverUrl/],
    ['a server with a query', { serverUrl: 'https://a.example/?key=1' }, /serverUrl: .*without query/],
    ['a name with an underscore', { name: 'My_Api' }, /name: must be 1 to 64 letters and digits/],
    ['a name of 65 letters', { name: 'a'.repeat(65) }, /name: must be 1 to 64/],
    ['a description of 201 letters', { description: 'a'.repeat(201) }, /description: .*200/],
    ['a description in YAML', { specification: 'holidays.yaml' }, /specification: must name a JSON file/],
    ['no scope', { scopes: {} }, /scopes: must name at least one scope/],
    ['the resource server of our own scopes', { resourceServer: 'hr' }, /a resource server of its own/],
  ])('refuses %s', (_what, change, problem) => {
    expect(withApi(change)).toEqual([expect.stringMatching(problem)]);
  });

  it('refuses two of one name, whatever its case', () => {
    const other = { ...api, name: 'HOLIDAYS', resourceServer: 'other' };
    expect(problemsOf({ openApiTargets: [api, other] })).toEqual([
      'openApiTargets: two targets share a name',
    ]);
  });
});
