/**
 * The policies of the stack and the examples: their form, that the decision tables hold and try every condition, and
 * what no table says: who sees which tool, and that what is spelled out twice is the same.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { configuration } from '@secure-agent/contracts';
import { afterAll, describe, expect, test } from 'vitest';
import {
  cedarSchemaFor,
  checkPolicyStatement,
  createPolicyEngine,
  type TokenSubject,
  validateStatement,
} from '../src/index.ts';
import { readCases } from '../src/workbench/cases/read-cases.ts';
import { type CaseResult, runCases } from '../src/workbench/cases/run-cases.ts';
import { coverageOf, isCovered } from '../src/workbench/coverage/coverage.ts';
import { type PolicyFile, parsePolicyFile, rolesOf, WORKBENCH_GATEWAY } from '../src/workbench/index.ts';
import { APPROVE, BALANCE, MAIL, NOW, REPORT, REQUEST, SALARY, STACK_TOOLS } from './fixtures.ts';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');
const config = configuration.parse(JSON.parse(read('secure-agent.config.json')));
const roles = rolesOf(config);
const schema = cedarSchemaFor(STACK_TOOLS);

const namesIn = (folder: string, ending: string): readonly string[] =>
  readdirSync(new URL(folder, ROOT)).flatMap((file) =>
    file.endsWith(ending) ? [file.slice(0, -ending.length)] : [],
  );

function policyFile(folder: string, name: string): PolicyFile {
  const parsed = parsePolicyFile({ name, text: read(`${folder}${name}.cedar`) });
  if (!parsed.ok) throw new Error(`${name}: ${parsed.error}`);
  return parsed.value;
}

const policiesOf = (folder: string): readonly PolicyFile[] =>
  namesIn(folder, '.cedar').map((name) => policyFile(folder, name));

function resultsOf(folder: string, policies: readonly PolicyFile[]): readonly CaseResult[] {
  const tools = STACK_TOOLS.map(({ name }) => name);
  const names = { roles, tools, policies: policies.map(({ name }) => name) };
  const cases = namesIn(`${folder}cases/`, '.yaml').flatMap((name) => {
    const file = `${folder}cases/${name}.yaml`;
    const table = readCases({ file, text: read(file) }, names);
    if (!table.ok) throw new Error(JSON.stringify(table.error));
    return table.value;
  });
  return runCases(policies, STACK_TOOLS, cases);
}

describe.each(['policies/', 'policies/examples/'])('%s', (folder) => {
  const policies = policiesOf(folder);

  test.each(policies)('$name: header, rules of AgentCore, strict validation', ({ name, text, statement }) => {
    expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_]{0,47}$/);
    expect(text).toMatch(/^\/\/ Intent: .+\n\/\/ Owner: .+\n\/\/ Reason: .+\n/);
    expect(checkPolicyStatement(statement)).toEqual({ ok: true, value: true });
    expect(validateStatement(statement, schema)).toEqual([]);
  });

  test('the README lists each file', () => {
    const listed = [...read(`${folder}README.md`).matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(listed.toSorted()).toEqual(policies.map(({ name }) => name).toSorted());
  });

  test('every case comes out as its table says, and every condition is tried both ways', () => {
    const results = resultsOf(folder, policies);
    expect(results.length).toBeGreaterThan(90);
    const failing = results.filter(({ passed }) => !passed);
    expect(failing.map(({ row: { where, expect: told, by }, got }) => ({ where, told, by, got }))).toEqual(
      [],
    );
    const coverage = coverageOf(policies, STACK_TOOLS, results);
    expect(coverage.filter((one) => !isCovered(one))).toEqual([]);
  });
});

/** What a caller is shown by the policies of a folder. */
function listerOf(folder: string): (subject: TokenSubject) => readonly string[] {
  const engine = createPolicyEngine({
    gatewayArn: WORKBENCH_GATEWAY,
    policies: policiesOf(folder).map(({ name: id, statement }) => ({
      ...{ id, statement },
      enforcementMode: 'ACTIVE' as const,
    })),
    tools: STACK_TOOLS,
  });
  afterAll(() => engine.dispose());
  return (principal) => engine.visibleTools({ principal, now: NOW });
}

function subjectOf(name: string, claims: Readonly<Record<string, unknown>> = {}): TokenSubject {
  const role = roles.find((one) => one.name === name);
  if (role === undefined) throw new Error(`the configuration has no ${name}`);
  return { ...role.subject, claims: { ...role.subject.claims, ...claims } };
}

describe('who sees which tool', () => {
  const list = listerOf('policies/');
  const SHOWN: Readonly<Record<string, readonly string[]>> = {
    eve: [REPORT, BALANCE, REQUEST],
    carl: [REPORT, BALANCE],
    maria: [REPORT, MAIL, BALANCE, REQUEST, APPROVE],
    dev: [REPORT],
    anna: [REPORT, BALANCE, REQUEST, SALARY],
    'machine:manager': [MAIL],
    'machine:developer': [REPORT],
  };

  test('every role is shown exactly what it may call with some input', () => {
    expect(Object.fromEntries(roles.map(({ name }) => [name, list(subjectOf(name))]))).toEqual(SHOWN);
  });

  test.each([
    [
      'a manager who is a developer',
      subjectOf('maria', { scope: 'hr/read hr/manager hr/developer' }),
      [REPORT],
    ],
    ['somebody of another tenant', subjectOf('maria', { tenant: 'globex' }), [REPORT, MAIL]],
    ['somebody of no tenant', subjectOf('eve', { tenant: null }), [REPORT]],
    ['who is no employee', subjectOf('eve', { employee_id: null }), [REPORT]],
    ['who was let in, and no more', subjectOf('eve', { scope: 'hr/invoke' }), []],
    ['who has no scope', subjectOf('eve', { scope: null }), []],
    ['a scope that looks like others', subjectOf('eve', { scope: 'hr/readonly xhr/read hr/managers' }), []],
    ['scopes in an array', subjectOf('eve', { scope: ['hr/read'] }), []],
  ])('%s', (_who, subject, shown) => {
    expect(list(subject)).toEqual(shown);
  });

  test('of the published examples: the manager sees the mail tool, the developer does not', () => {
    const examples = listerOf('policies/examples/');
    const shown = ['maria', 'dev', 'eve'].map((name) => examples(subjectOf(name)).includes(MAIL));
    expect(shown).toEqual([true, false, false]);
  });
});

describe('what is spelled out in a policy and elsewhere', () => {
  test('the domain that mail may go to is the company’s', () => {
    expect(read('policies/no_mail_outside.cedar')).toContain(` like "*@${config.company.domain}"`);
  });

  test('the tenants are those of the people', () => {
    const spelled = read('policies/other_tenants_no_records.cedar').matchAll(
      /getTag\("tenant"\) == "([^"]+)"/g,
    );
    const tenants = new Set(config.people.map(({ tenant }) => tenant));
    expect(new Set([...spelled].map(([, tenant]) => tenant))).toEqual(tenants);
  });
});
