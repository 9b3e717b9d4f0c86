/** Each rule of `secure-agent.config.json`: the file itself holds, and one change breaks one rule. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Configuration, configuration, fullScope } from '../src/index.ts';

const file = new URL('../../../secure-agent.config.json', import.meta.url);
const text = readFileSync(file, 'utf8');

/** The file with one change, made on plain data so that a wrong type can be written. */
function problemsOf(change: (config: Configuration) => void): string[] {
  const config: Configuration = JSON.parse(text);
  change(config);
  return (
    configuration
      .safeParse(config)
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []
  );
}
const personOf = (config: Configuration, index: number) => {
  const person = config.people[index];
  if (person === undefined) throw new Error('no such person');
  return person;
};

describe('configuration', () => {
  it('takes the file of this repository', () => expect(problemsOf(() => {})).toEqual([]));

  it.each<[string, (config: Configuration) => void, RegExp]>([
    [
      'a group with an undefined scope',
      (c) => c.groups['managers']?.push('mangler'),
      /^groups\.managers: scope "mangler" is not defined$/,
    ],
    [
      'a machine with an undefined scope',
      (c) => c.machines['manager']?.push('mangler'),
      /^machines\.manager: scope "mangler" is not defined$/,
    ],
    [
      'an application with two hyphens in a row',
      (c) => {
        c.application = 'secure--agent';
      },
      /^application: must not end in a hyphen/,
    ],
    [
      'an application that ends in a hyphen',
      (c) => {
        c.application = 'agent-';
      },
      /^application: must not end in a hyphen/,
    ],
    [
      'a group without scopes',
      (c) => {
        c.groups['managers'] = [];
      },
      /^groups\.managers: /,
    ],
    [
      'a person of an undefined group',
      (c) => {
        personOf(c, 0).group = 'nobody';
      },
      /^people\.0: group "nobody" is not defined$/,
    ],
    [
      'a manager who is nobody',
      (c) => {
        personOf(c, 0).employee.manager = 'E999';
      },
      /^people\.0: manager "E999" is nobody of this tenant$/,
    ],
    [
      'a manager of another tenant',
      (c) => {
        personOf(c, 0).tenant = 'other';
      },
      /^people\.0: manager "E200" is nobody of this tenant$/,
    ],
    [
      'two people with one employee id',
      (c) => {
        personOf(c, 1).employee.id = 'E100';
      },
      /^people: two people share an employee id$/,
    ],
    [
      'a sender of another domain',
      (c) => {
        c.company.sender = 'reports@evil.example';
      },
      /^company\.sender: the sender is not at the company domain$/,
    ],
    [
      'a sender of a domain that ends the same',
      (c) => {
        c.company.sender = 'reports@not-example.com';
      },
      /^company\.sender: /,
    ],
    [
      'a resource server that is a URL',
      (c) => {
        c.resourceServer = 'https://hr.example';
      },
      /^resourceServer: must be a lower-case word/,
    ],
    [
      'a scope name with a space',
      (c) => {
        c.scopes['read all'] = 'x';
      },
      /^scopes\.read all: /,
    ],
    [
      'a group name with a quote',
      (c) => {
        c.groups['a"b'] = ['read'];
      },
      /^groups\.a"b: /,
    ],
    [
      'an employee id of another form',
      (c) => {
        personOf(c, 4).employee.id = '400';
      },
      /^people\.4\.employee\.id: /,
    ],
    [
      'leave below zero',
      (c) => {
        personOf(c, 0).employee.leaveDays = -1;
      },
      /^people\.0\.employee\.leaveDays: /,
    ],
    [
      'a salary of nothing',
      (c) => {
        personOf(c, 0).employee.salary = 0;
      },
      /^people\.0\.employee\.salary: /,
    ],
    [
      'no people',
      (c) => {
        c.people = [];
      },
      /^people: /,
    ],
    [
      'a provider it does not know',
      (c) => {
        c.model = { provider: 'other' } as never;
      },
      /^model\.provider: /,
    ],
    [
      'a Bedrock model without its id',
      (c) => {
        c.model = { provider: 'bedrock' } as never;
      },
      /^model\.modelId: /,
    ],
    [
      'a member it does not know',
      (c) => {
        Object.assign(c, { scope: {} });
      },
      /Unrecognized key/,
    ],
  ])('refuses %s', (_why, change, problem) => {
    expect(problemsOf(change)).toEqual([expect.stringMatching(problem)]);
  });

  it('finds no scope under an inherited name', () => {
    expect(problemsOf((c) => c.groups['managers']?.push('constructor'))).toHaveLength(1);
  });

  it('finds no group under an inherited name', () => {
    const problems = problemsOf((c) => {
      personOf(c, 0).group = 'constructor';
    });
    expect(problems).toHaveLength(1);
  });

  it('takes one employee id in two tenants', () => {
    const problems = problemsOf((c) => {
      c.people = [personOf(c, 4), { ...personOf(c, 4), tenant: 'other' }];
    });
    expect(problems).toEqual([]);
  });

  it('spells a scope as tokens do', () =>
    expect(fullScope({ resourceServer: 'hr' }, 'read')).toBe('hr/read'));
});
