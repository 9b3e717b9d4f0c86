/** Choices from a command line: typed, known by name, and the services' own defaults where nothing is chosen. */
import { describe, expect, test } from 'vitest';
import { readBehaviour } from '../src/behaviour.ts';
import { DEFAULT_BEHAVIOUR as CONTROL } from '../src/control/behaviour.ts';
import { DEFAULT_BEHAVIOUR as GATEWAY } from '../src/gateway/behaviour.ts';
import { DEFAULT_BEHAVIOUR as RUNTIME } from '../src/runtime/behaviour.ts';

test('nothing chosen is nothing', () => {
  expect(readBehaviour([])).toEqual({});
});

test('a text, a number and a boolean; the last of a name counts', () => {
  const settings = ['gateway.denialForm=error', 'gateway.denialForm=result', 'gateway.listPageSize=2'];
  expect(readBehaviour([...settings, 'runtime.retryFirstRequest=true'])).toEqual({
    gateway: { denialForm: 'result', listPageSize: 2 },
    runtime: { retryFirstRequest: true },
  });
});

test.each([
  'denialForm=result',
  'gateway.denialForm',
  'gateway.denialForm=both',
  'gateway.listPageSize=0',
  'gateway.listPageSize=-1',
  'gateway.unknown=1',
  'identity.denialForm=result',
  'gateway.__proto__=1',
  'runtime.retryFirstRequest=yes',
])('%s is refused', (setting) => {
  expect(() => readBehaviour([setting])).toThrow(expect.objectContaining({ code: 'behaviour_invalid' }));
});

describe('every choice of a service can be made', () => {
  const all = Object.entries({ gateway: GATEWAY, runtime: RUNTIME, control: CONTROL }).flatMap(
    ([service, defaults]) =>
      Object.entries(defaults).map(([name, value]) => [`${service}.${name}`, value] as const),
  );
  test.each(all)('%s', (name, value) => {
    const [service = '', choice = ''] = name.split('.');
    expect(readBehaviour([`${name}=${value}`])).toEqual({ [service]: { [choice]: value } });
  });
});
