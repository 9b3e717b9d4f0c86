import { describe, expect, test } from 'vitest';
import { checkScopes } from '../src/scopes.ts';
import { realConfiguration } from './support/synthesized.ts';

const policy = (statement: string) => ({
  name: 'p',
  statement,
  effect: 'permit' as const,
  intent: 'i',
  targets: [],
});
const check = (statement: string, tools: readonly string[] = []) =>
  checkScopes(realConfiguration, [policy(statement)], tools);

describe('scopes are those of the configuration', () => {
  test.each([
    ['a whole scope', 'x == "hr/read"'],
    ['a scope among others', 'x like "* hr/read *"'],
    ['no scope: an ARN', 'x == "arn:aws:bedrock-agentcore:us-east-1:0:gateway/g"'],
    ['no scope: a comment', '// not "hr/nothing"\nx == "hr/read"'],
  ])('%s passes', (_id, statement) => {
    expect(() => check(statement)).not.toThrow();
  });

  test.each([
    ['another name', 'x == "hr/reader"'],
    ['another resource server', 'x like "people/read *"'],
  ])('%s is refused, and named', (_id, statement) => {
    expect(() => check(statement)).toThrow(
      /policies\/p\.cedar asks for the scope "(hr\/reader|people\/read)"/,
    );
  });

  test('a scope that only a tool asks for is refused', () => {
    expect(() => check('true', ['hr/manager'])).not.toThrow();
    expect(() => check('true', ['hr/boss'])).toThrow(/scopes\.ts asks for the scope "hr\/boss"/);
  });
});
