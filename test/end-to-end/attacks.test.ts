/**
 * Groups GW, IC and LT of the attack catalogue against a whole system whose first layer is off: no policy engine in the
 * one, interceptors that fail in the other. What is left must refuse by itself, and say so in its own words.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withoutProperty } from './support/assembly.ts';
import { knock, toolCall } from './support/doors.ts';
import { type Replaced, withFunctionCode } from './support/function-code.ts';
import { bodyOf } from './support/http.ts';
import { sharedAssembly, startTestSystem, type TestSystem } from './support/system.ts';

const BALANCE = 'HrTarget___get_leave_balance';
const REQUEST = 'HrTarget___request_leave';
const APPROVE = 'HrTarget___approve_leave';
const SALARY = 'HrTarget___get_salary';
const FORMAT = 'ReportTarget___format_report';
const MAIL = 'ReportTarget___markdown_to_email';

/** One program for both interceptors and for a target: an argument says what fails, and where. */
const UNRELIABLE = `
const good = (mcp) => ({ interceptorOutputVersion: '1.0', mcp });
const passOn = ({ gatewayRequest: { body }, gatewayResponse }) =>
  gatewayResponse === undefined
    ? { transformedGatewayRequest: { body } }
    : { transformedGatewayResponse: { statusCode: gatewayResponse.statusCode, body: gatewayResponse.body } };
const FAILURES = {
  throw: () => { throw new Error('canary-4711 of the interceptor'); },
  hang: () => new Promise(() => {}),
  exit: () => process.exit(3),
  null: () => null,
  empty: () => ({}),
  text: () => 'ok',
  version: (mcp) => ({ ...good(passOn(mcp)), interceptorOutputVersion: '2.0' }),
  nothing: () => good({}),
  list: ({ gatewayRequest: { body } }) =>
    good({ transformedGatewayRequest: { body: [body] }, transformedGatewayResponse: { statusCode: 100, body } }),
};
export const handler = async (event) => {
  if (event.mcp === undefined) return { canary: 'canary-4711', rows: 1 };
  const point = event.mcp.gatewayResponse === undefined ? 'REQUEST' : 'RESPONSE';
  const [where, how] = String(event.mcp.gatewayRequest.body.params?.arguments?.title).split(' ');
  return where === point ? FAILURES[how](event.mcp) : good(passOn(event.mcp));
};`;
const FAILURES = ['throw', 'hang', 'exit', 'null', 'empty', 'text', 'version', 'nothing', 'list'];

let undecided: TestSystem;
let unreliable: TestSystem;
const replaced: Replaced[] = [];

beforeAll(async () => {
  let assembly = sharedAssembly();
  for (const of of ['InterceptorsRequest', 'InterceptorsResponse', 'ReportTarget']) {
    const next = withFunctionCode(assembly, { of, source: UNRELIABLE, timeoutSeconds: 1 });
    replaced.push(next);
    assembly = next.assembly;
  }
  const withoutEngine = withoutProperty(
    sharedAssembly(),
    'AWS::BedrockAgentCore::Gateway',
    'PolicyEngineConfiguration',
  );
  [undecided, unreliable] = await Promise.all([startTestSystem(withoutEngine), startTestSystem(assembly)]);
});

afterAll(async () => {
  await Promise.all([undecided.stop(), unreliable.stop()]);
  for (const { remove } of replaced) remove();
});

/** The one text of a tool's result, as JSON. */
const resultOf = (text: string): unknown => {
  const { result } = JSON.parse(text);
  expect(result.isError).toBe(false);
  return JSON.parse(result.content[0].text);
};

describe('with the policy engine off', () => {
  const call = async (username: string, tool: string, args: Parameters<typeof undecided.world.call>[2]) =>
    resultOf((await undecided.world.call(username, tool, args)).text);
  /** What a refused call may not change; the function itself was reached, which shows that Cedar is off. */
  const stored = async () => {
    const { rows, mails } = await undecided.world.evidence.snapshot();
    return { rows, mails };
  };
  const refused = (code: string) => ({ error: expect.objectContaining({ code }) });

  test('GW-01 a hidden tool that is called all the same refuses by itself', async () => {
    const filed = await call('eve', REQUEST, { start_date: '2027-03-01', days: 2 });
    const request_id = String(Object(filed).request_id);
    const before = await stored();
    expect(await call('eve', SALARY, { employee_id: 'E200' })).toEqual(refused('not_allowed'));
    expect(await call('dev', SALARY, { employee_id: 'E100' })).toEqual(refused('not_allowed'));
    expect(await call('dev', BALANCE, { employee_id: 'E100' })).toEqual(refused('not_allowed'));
    expect(await call('eve', BALANCE, { employee_id: 'E101' })).toEqual(refused('not_allowed'));
    const letter = { markdown_content: '# Hours', recipient_email: 'eve@evil.example' };
    expect(await call('maria', MAIL, letter)).toEqual(refused('recipient_refused'));
    for (const other of ['eve', 'carl', 'dev', 'anna']) {
      expect(await call(other, APPROVE, { request_id })).toEqual(refused('not_allowed'));
    }
    expect(await stored()).toEqual(before);
    const log = undecided.world.evidence.decisions(0).filter(({ kind }) => kind === 'authorization');
    expect(new Set(log.map(({ outcome, reason }) => `${outcome} ${reason}`))).toEqual(
      new Set(['allow no_policy_engine']),
    );
    expect(await call('anna', SALARY, { employee_id: 'E100' })).toMatchObject({ salary: 54000 });
    expect(await call('maria', APPROVE, { request_id })).toMatchObject({ status: 'approved' });
  });

  test('GW-03 a member twice is still refused by the gateway, and reaches no function', async () => {
    const before = undecided.system.aws.invocationCounts();
    const twice = JSON.stringify(toolCall(BALANCE, {})).replace('"name"', `"name":"${SALARY}","name"`);
    const answer = await knock(undecided, 'tool', { change: (good) => ({ ...good, body: twice }) });
    expect([answer.status, bodyOf(answer)]).toMatchObject([400, { error: { code: -32700 } }]);
    expect(undecided.system.aws.invocationCounts()).toEqual(before);
  });

  test.each([
    ['GW-21', 'an argument that nobody knows', BALANCE, { isAdmin: true }],
    ['GW-21', '_meta', BALANCE, { _meta: { caller: 'E200' } }],
    ['GW-22', 'days below the range', REQUEST, { start_date: '2027-03-01', days: -1 }],
    ['GW-22', 'days above the range', REQUEST, { start_date: '2027-03-01', days: 11 }],
    ['GW-22', 'a day that no calendar has', REQUEST, { start_date: '2027-02-30', days: 1 }],
    ['GW-22', 'an id of no employee', SALARY, { employee_id: 'E100#' }],
    ['LT-06', 'a prototype', BALANCE, JSON.parse('{"__proto__":{"employee_id":"E200"}}')],
  ])('%s the tool refuses %s', async (_id, _what, tool, args) => {
    const before = await stored();
    expect(await call('anna', tool, args)).toEqual(refused('invalid_input'));
    expect(await stored()).toEqual(before);
  });

  test('IC-04 IC-12 GW-21 what a client writes about itself is gone before the tool', async () => {
    const own = await call('eve', BALANCE, {});
    expect(own).toMatchObject({ employee_id: 'E100' });
    // biome-ignore format: a table
    for (const claim of ['{"caller":"v1.a.b"}', String.raw`{"\u0063aller":{"sub":"maria"}}`, '{"CALLER":["x"]}', '{"role":"manager"}', '{"tenantId":"globex"}', '{"scopes":["hr/admin"]}']) {
      expect([claim, await call('eve', BALANCE, JSON.parse(claim))]).toEqual([claim, own]);
    }
    const answer = await knock(undecided, 'tool', {
      change: (good) => ({
        ...good,
        headers: { ...good.headers, 'x-role': 'admin', 'x-caller': 'anna' },
        body: JSON.stringify(toolCall(SALARY, { employee_id: 'E100' })),
      }),
    });
    expect(resultOf(answer.text)).toEqual(refused('not_allowed'));
  });
});

describe('with interceptors that fail', () => {
  const GENERIC = { code: -32603, message: 'An internal error occurred. Please retry later.' };
  const format = (title: string) => unreliable.world.call('maria', FORMAT, { title, data: 'a\n1' });
  const targetCalls = (): number =>
    Object.entries(unreliable.system.aws.invocationCounts()).find(([name]) =>
      name.includes('ReportTarget'),
    )?.[1] ?? 0;

  test('the twin: one that passes on lets the call through', async () => {
    const before = targetCalls();
    expect(resultOf((await format('fine')).text)).toEqual({ canary: 'canary-4711', rows: 1 });
    expect(targetCalls()).toBe(before + 1);
  });

  test('IC-01 a REQUEST interceptor that fails in any way ends the call before policy and target', async () => {
    const before = targetCalls();
    const from = unreliable.world.evidence.logEnd();
    const answers = await Promise.all(FAILURES.map((how) => format(`REQUEST ${how}`)));
    for (const [at, { status, rpc, text }] of answers.entries()) {
      expect([FAILURES[at], status, rpc.error]).toEqual([FAILURES[at], 200, GENERIC]);
      expect(text).not.toContain('canary');
    }
    expect(targetCalls()).toBe(before);
    const reasons = unreliable.world.evidence.decisions(from).map(({ outcome, reason }) => [outcome, reason]);
    expect(reasons).toEqual(FAILURES.map(() => ['deny', 'request_interceptor_failed']));
  });

  test('IC-02 a RESPONSE interceptor that fails in any way lets nothing of the result out', async () => {
    const before = targetCalls();
    const answers = await Promise.all(FAILURES.map((how) => format(`RESPONSE ${how}`)));
    for (const [at, { status, rpc, text }] of answers.entries()) {
      expect([FAILURES[at], status, rpc.error]).toEqual([FAILURES[at], 200, GENERIC]);
      expect(text).not.toContain('canary');
    }
    expect(targetCalls()).toBe(before + FAILURES.length);
  });
});
