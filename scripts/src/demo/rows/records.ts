/** Whose row: the caller's own, a team member's for a manager, and nobody's that only a model or a client names. */
import { unchanged } from '../evidence.ts';
import { denial, viaAgent, viaGateway } from '../observe.ts';
import type { StoryRow } from '../story-row.ts';
import { claimsOf } from '../tokens.ts';
import { askAgent, callGateway, resultText } from '../wire.ts';

const BALANCE = 'HrTarget___get_leave_balance';

export const recordRows: readonly StoryRow[] = [
  {
    id: 'eve-colleague',
    who: 'eve, employee',
    asked: "A colleague's balance",
    expected: 'denied by default',
    layers: ['200', '3 tools', 'DENY default', BALANCE],
    run: (world) =>
      viaAgent(
        world,
        () => world.ask('eve', 'How many days of leave does E101 have left?'),
        ({ error }, { answer }) => error ?? denial(answer?.toolCalls.at(-1)?.result ?? ''),
      ),
  },
  {
    id: 'maria-outside-team',
    who: 'maria, manager',
    asked: 'The balance of somebody who is not in her team',
    expected: 'not_allowed',
    layers: ['200', '5 tools', 'ALLOW managers_team_balance', BALANCE],
    run: (world) =>
      viaAgent(
        world,
        () => world.ask('maria', 'How many days of leave does E300 have left?'),
        ({ error, value }) => error ?? `row of ${value['employee_id']}`,
      ),
  },
  {
    id: 'eve-other-tenant',
    who: 'eve, employee',
    asked: 'Own balance, with a token of another tenant',
    expected: 'denied by other_tenants_no_records, nothing changed',
    layers: ['-', '200', 'DENY other_tenants_no_records', BALANCE],
    run: async (world) => {
      const token = await world.tokens.resigned('eve', { tenant: 'globex' });
      const before = await world.evidence.snapshot();
      return viaGateway(
        world,
        () => callGateway(world.outputs, token, 'tools/call', { name: BALANCE, arguments: {} }),
        async ({ error }, reply) => {
          const same = unchanged(before, await world.evidence.snapshot());
          return `${error ?? denial(resultText(reply))}, ${same ? 'nothing' : 'something'} changed`;
        },
      );
    },
  },
  {
    id: 'eve-payload-user-id',
    who: 'eve, employee',
    asked: 'Own balance, payload says userId E200',
    expected: "eve's sub, row of E100",
    layers: ['200', '3 tools', 'ALLOW own_leave_balance', BALANCE],
    run: async (world) => {
      const token = await world.tokens.person('eve');
      const payload = {
        prompt: 'How many days of leave do I have left?',
        userId: 'E200',
        user_id: 'E200',
        sub: 'E200',
      };
      return viaAgent(
        world,
        () => askAgent(world.outputs, token, payload),
        ({ value }, { answer }) => {
          const own = answer !== undefined && answer.sub === claimsOf(token)['sub'];
          return `${own ? "eve's sub" : 'another sub'}, row of ${value['employee_id']}`;
        },
      );
    },
  },
  {
    id: 'eve-argument-user-id',
    who: 'eve, employee',
    asked: 'Own balance, arguments say userId E200',
    expected: 'row of E100',
    layers: ['-', '200', 'ALLOW own_leave_balance', BALANCE],
    run: (world) =>
      viaGateway(
        world,
        () =>
          world.call('eve', BALANCE, {
            userId: 'E200',
            user_id: 'E200',
            caller: 'v1.e30.AAAA',
          }),
        ({ value }) => `row of ${value['employee_id']}`,
      ),
  },
];
