import { describe, expect, test } from 'vitest';
import { checkCompanyNames } from '../src/company-names.ts';
import { realConfiguration } from './support/synthesized.ts';

const check = (statement: string) => checkCompanyNames(realConfiguration, [{ name: 'p', statement }]);

describe('tenants and the mail domain are those of the configuration', () => {
  test.each([
    ['its tenant', 'principal.getTag("tenant") == "acme"'],
    ['its mail domain', 'x like "*@example.com"'],
    ['a pattern that names no domain', 'x like "*@*@*"'],
    ['a comment', '// getTag("tenant") == "other"\ntrue'],
  ])('%s passes', (_id, statement) => {
    expect(() => check(statement)).not.toThrow();
  });

  test.each([
    ['another tenant', 'principal.getTag("tenant") == "acne"', /p\.cedar names the tenant "acne"/],
    ['another mail domain', 'x like "*@example.org"', /p\.cedar names the mail domain "example\.org"/],
  ])('%s is refused, and named', (_id, statement, message) => {
    expect(() => check(statement)).toThrow(message);
  });
});
