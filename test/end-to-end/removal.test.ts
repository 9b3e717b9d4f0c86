/**
 * Each control of the stack is taken out of the template in turn. The local AWS then behaves as AWS would without it,
 * and a named row of the story must come out otherwise than told. The same row passes with the control in place: that
 * is `story.test.ts`.
 */
import type { Assembly } from '@secure-agent/agentcore-local';
import type { Json } from '@secure-agent/contracts';
import { type Observed, passed } from '@secure-agent/scripts/demo';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changed, withoutProperty } from './support/assembly.ts';
import { type EnginePolicies, openEnginePolicies } from './support/engine-policies.ts';
import { sharedAssembly, startTestSystem, type TestSystem, tell } from './support/system.ts';

const RUNTIME = 'AWS::BedrockAgentCore::Runtime';
const GATEWAY = 'AWS::BedrockAgentCore::Gateway';
const POLICY = 'AWS::BedrockAgentCore::Policy';

const withoutInterceptor = (assembly: Assembly, point: 'REQUEST' | 'RESPONSE'): Assembly =>
  changed(assembly, GATEWAY, (properties) => {
    const all = properties['InterceptorConfigurations'] as {
      readonly InterceptionPoints: readonly string[];
    }[];
    const kept = all.filter(({ InterceptionPoints }) => !InterceptionPoints.includes(point));
    if (kept.length !== all.length - 1) throw new Error(`no ${point} interceptor`);
    return { ...properties, InterceptorConfigurations: kept as unknown as Json };
  });

type Removal = {
  readonly control: string;
  /** Row of the attack catalogue that this control stops: with it gone, the effect appears, or the layer behind it answers. */
  readonly attack: string;
  readonly remove: (assembly: Assembly) => Assembly;
  /** The row that must notice. */
  readonly row: string;
  /** What is seen instead, in the columns that are the sign of that very layer. */
  readonly seen: Partial<Observed>;
};

const REMOVALS: readonly Removal[] = [
  {
    control: 'the runtime forwards Authorization (header allowlist)',
    attack: 'RT-11',
    remove: (assembly) => withoutProperty(assembly, RUNTIME, 'RequestHeaderConfiguration'),
    row: 'eve-balance',
    seen: { runtime: '424', gateway: '-' },
  },
  {
    control: "the runtime's JWT authorizer",
    attack: 'BX-01',
    remove: (assembly) => withoutProperty(assembly, RUNTIME, 'AuthorizerConfiguration'),
    row: 'no-token-runtime',
    seen: { runtime: '403' },
  },
  {
    control: "the gateway's JWT authorizer",
    attack: 'GW-29',
    remove: (assembly) =>
      changed(assembly, GATEWAY, ({ AuthorizerConfiguration: _gone, ...properties }) => ({
        ...properties,
        AuthorizerType: 'NONE',
      })),
    row: 'no-token-gateway',
    seen: { gateway: '200' },
  },
  {
    control: 'the REQUEST interceptor',
    attack: 'LT-13',
    remove: (assembly) => withoutInterceptor(assembly, 'REQUEST'),
    row: 'eve-balance',
    seen: { policy: 'ALLOW own_leave_balance', outcome: 'caller_missing' },
  },
  {
    control: 'the RESPONSE interceptor',
    attack: 'IC-02',
    remove: (assembly) => withoutInterceptor(assembly, 'RESPONSE'),
    row: 'maria-tools',
    seen: {
      outcome:
        'HrTarget___approve_leave HrTarget___get_leave_balance HrTarget___request_leave ReportTarget___format_report ReportTarget___markdown_to_email with a caller field',
    },
  },
  {
    control: 'the pre-token-generation trigger',
    attack: 'ID-07',
    remove: (assembly) => withoutProperty(assembly, 'AWS::Cognito::UserPool', 'LambdaConfig'),
    row: 'eve-balance',
    seen: { runtime: '401', gateway: '-' },
  },
  {
    control: 'the policy engine',
    attack: 'GW-01',
    remove: (assembly) => withoutProperty(assembly, GATEWAY, 'PolicyEngineConfiguration'),
    row: 'dev-mail-direct',
    seen: { policy: '-', outcome: 'not denied, something changed' },
  },
];

/** Each policy by itself: all of them on one system, taken out and put back through the control plane. */
const POLICIES: readonly (Pick<Removal, 'row' | 'seen'> & { readonly policy: string })[] = [
  {
    policy: 'reports_for_readers',
    row: 'carl-report',
    seen: { gateway: '1 tool', policy: '-', outcome: 'no table' },
  },
  {
    policy: 'reports_for_developers',
    row: 'machine-developer-tools',
    seen: { outcome: 'nothing' },
  },
  {
    policy: 'own_leave_balance',
    row: 'eve-balance',
    seen: { gateway: '2 tools', policy: '-' },
  },
  {
    policy: 'own_leave_request',
    row: 'eve-request',
    seen: { gateway: '2 tools', policy: '-' },
  },
  {
    policy: 'managers_team_balance',
    row: 'maria-team',
    seen: { gateway: '5 tools', policy: 'DENY default' },
  },
  {
    policy: 'managers_approve_leave',
    row: 'maria-approve',
    seen: { gateway: '4 tools', policy: '-' },
  },
  {
    policy: 'managers_send_mail',
    row: 'maria-mail',
    seen: { gateway: '4 tools', policy: '-', outcome: 'no mail' },
  },
  {
    policy: 'admins_read_salaries',
    row: 'anna-salary',
    seen: { gateway: '3 tools', policy: '-' },
  },
  {
    policy: 'developers_no_mail',
    row: 'dev-mail-direct',
    seen: { policy: 'DENY default', outcome: 'denied by default, nothing changed' },
  },
  {
    policy: 'developers_no_records',
    row: 'dev-records-direct',
    seen: { policy: 'ALLOW own_leave_balance', outcome: 'not denied, something changed' },
  },
  {
    policy: 'other_tenants_no_records',
    row: 'eve-other-tenant',
    seen: { policy: 'ALLOW own_leave_balance', outcome: 'not_found, something changed' },
  },
  {
    policy: 'no_mail_outside',
    row: 'maria-mail-outside',
    seen: { policy: 'ALLOW managers_send_mail', outcome: 'recipient_refused, no mail' },
  },
];

async function expectNoticed(
  running: TestSystem,
  { row, seen }: Pick<Removal, 'row' | 'seen'>,
): Promise<void> {
  const [result] = await tell(running.world, [row]);
  expect(result).toBeDefined();
  expect(result && passed(result)).toBe(false);
  expect(result).toMatchObject(seen);
}

describe('taken out of the stack', () => {
  test.each(REMOVALS)('$attack $control: row $row notices', async ({ remove, ...noticed }) => {
    const running = await startTestSystem(remove(sharedAssembly()));
    try {
      await expectNoticed(running, noticed);
    } finally {
      await running.stop();
    }
  });
});

describe('taken out of the policy engine', () => {
  let running: TestSystem;
  let policies: EnginePolicies;
  beforeAll(async () => {
    running = await startTestSystem();
    policies = await openEnginePolicies(running);
  });
  afterAll(async () => {
    policies?.close();
    await running?.stop();
  });

  test.each(POLICIES)('GW-01 policy $policy: row $row notices', async ({ policy, ...noticed }) => {
    const putBack = await policies.remove(policy);
    try {
      await expectNoticed(running, noticed);
    } finally {
      await putBack();
    }
    const [whole] = await tell(running.world, [noticed.row]);
    expect(whole && passed(whole)).toBe(true);
  });

  test('every policy of the directory has a removal', () => {
    const names = Object.values(sharedAssembly().template.Resources)
      .filter(({ Type }) => Type === POLICY)
      .map(({ Properties }) => String(Properties['Name']));
    expect(names.length).toBeGreaterThan(0);
    expect(POLICIES.map(({ policy }) => policy).toSorted()).toEqual(names.toSorted());
  });
});
