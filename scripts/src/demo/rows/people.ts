/** Every persona asks for something it may do and gets real data; and for something just beyond it. */
import { randomBytes } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { leaveKey } from '@secure-agent/tools/seed';
import { counted, viaAgent } from '../observe.ts';
import type { StoryRow } from '../story-row.ts';
import type { World } from '../world.ts';

/** The saved leave requests of an employee. */
async function leaveRequests(
  world: World,
  employeeId: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const rows = await world.evidence.rows();
  return rows.filter((row) => String(row['sk']).startsWith('LEAVE#') && row['employee_id'] === employeeId);
}

async function savedBalance(world: World, employeeId: string): Promise<unknown> {
  const rows = await world.evidence.rows();
  return rows.find((row) => row['sk'] === 'PROFILE' && row['employee_id'] === employeeId)?.['leave_days'];
}

/** Puts a pending request into the table for somebody who may not file one. */
async function fileFor(world: World, username: string, days: number): Promise<string> {
  const { tenant, employee } = world.person(username);
  const requestId = `${employee.id}-${randomBytes(12).toString('hex')}`;
  const Item = {
    ...leaveKey({ tenant, employeeId: employee.id }, requestId),
    request_id: requestId,
    employee_id: employee.id,
    tenant,
    start_date: '2027-02-01',
    days,
    status: 'pending',
  };
  await world.clients.rows.send(new PutCommand({ TableName: world.outputs.tableName, Item }));
  return requestId;
}

export const peopleRows: readonly StoryRow[] = [
  {
    id: 'eve-balance',
    who: 'eve, employee',
    asked: 'How many days of leave do I have left?',
    expected: 'E100 has 21 days',
    layers: ['200', '3 tools', 'ALLOW own_leave_balance', 'HrTarget___get_leave_balance'],
    run: (world) =>
      viaAgent(
        world,
        () => world.ask('eve', 'How many days of leave do I have left?'),
        ({ value, error }) => error ?? `${value['employee_id']} has ${value['leave_days']} days`,
      ),
  },
  {
    id: 'eve-request',
    who: 'eve, employee',
    asked: 'Request 3 days of leave',
    expected: 'pending request of 3 days saved for E100',
    layers: ['200', '3 tools', 'ALLOW own_leave_request', 'HrTarget___request_leave'],
    run: (world) =>
      viaAgent(
        world,
        () => world.ask('eve', 'Please request leave: 3 days off, the first day is 2027-02-01.'),
        async ({ value }) => {
          const saved = (await leaveRequests(world, 'E100')).find(
            (row) => row['request_id'] === value['request_id'],
          );
          return `${saved?.['status']} request of ${saved?.['days']} days saved for ${saved?.['employee_id']}`;
        },
      ),
  },
  {
    id: 'eve-too-long',
    who: 'eve, employee',
    asked: 'Request 11 days of leave',
    expected: 'denied, nothing saved',
    layers: ['200', '3 tools', 'DENY default', 'HrTarget___request_leave'],
    run: async (world) => {
      const before = (await leaveRequests(world, 'E100')).length;
      return viaAgent(
        world,
        () => world.ask('eve', 'Please request leave: 11 days off, the first day is 2027-03-01.'),
        async (_result, { answer }) => {
          const saved = (await leaveRequests(world, 'E100')).length - before;
          const denied = answer?.toolCalls.at(-1)?.result.includes('Tool Execution Denied') === true;
          return `${denied ? 'denied' : 'not denied'}, ${saved === 0 ? 'nothing' : saved} saved`;
        },
      );
    },
  },
  {
    id: 'carl-report',
    who: 'carl, contractor',
    asked: 'Format a report',
    expected: 'a Markdown table of 2 rows',
    layers: ['200', '2 tools', 'ALLOW reports_for_readers', 'ReportTarget___format_report'],
    run: (world) =>
      viaAgent(
        world,
        () =>
          world.ask(
            'carl',
            'Format a report with title "Hours" from this data:\n\nday,hours\nMonday,8\nTuesday,6',
          ),
        ({ value }) => {
          const table = String(value['markdown']).includes('| Monday | 8 |');
          return table ? `a Markdown table of ${counted(Number(value['rows']), 'row')}` : 'no table';
        },
      ),
  },
  {
    id: 'carl-no-leave',
    who: 'carl, contractor',
    asked: 'Request leave',
    expected: 'no such tool offered, nothing saved',
    layers: ['200', '2 tools', '-', '-'],
    run: async (world) =>
      viaAgent(
        world,
        () => world.ask('carl', 'Please request leave: 2 days off, the first day is 2027-02-01.'),
        async (_result, { answer }) => {
          const offered = answer?.toolsOffered.some((name) => name.endsWith('request_leave')) === true;
          const saved = (await leaveRequests(world, 'E101')).length;
          return `${offered ? 'tool offered' : 'no such tool offered'}, ${saved === 0 ? 'nothing' : saved} saved`;
        },
      ),
  },
  {
    id: 'maria-approve',
    who: 'maria, manager',
    asked: "Approve her report's leave",
    expected: 'approved, E101 goes from 8 to 6 days',
    layers: ['200', '5 tools', 'ALLOW managers_approve_leave', 'HrTarget___approve_leave'],
    run: async (world) => {
      const before = await savedBalance(world, 'E101');
      const requestId = await fileFor(world, 'carl', 2);
      return viaAgent(
        world,
        () => world.ask('maria', `Approve the leave request ${requestId}`),
        async ({ value }) =>
          `${value['status']}, E101 goes from ${before} to ${await savedBalance(world, 'E101')} days`,
      );
    },
  },
  {
    id: 'maria-team',
    who: 'maria, manager',
    asked: "Her report's balance",
    expected: 'E100 has 21 days',
    layers: ['200', '5 tools', 'ALLOW managers_team_balance', 'HrTarget___get_leave_balance'],
    run: (world) =>
      viaAgent(
        world,
        () => world.ask('maria', 'How many days of leave does E100 have left?'),
        ({ value, error }) => error ?? `${value['employee_id']} has ${value['leave_days']} days`,
      ),
  },
  {
    id: 'dev-report',
    who: 'dev, developer',
    asked: 'Format a report',
    expected: 'a Markdown table of 1 row',
    layers: [
      '200',
      '1 tool',
      'ALLOW reports_for_developers reports_for_readers',
      'ReportTarget___format_report',
    ],
    run: (world) =>
      viaAgent(
        world,
        () =>
          world.ask('dev', 'Format a report with title "Builds" from this data:\n\nbuild,state\n41,green'),
        ({ value }) => {
          const table = String(value['markdown']).includes('| 41 | green |');
          return table ? `a Markdown table of ${counted(Number(value['rows']), 'row')}` : 'no table';
        },
      ),
  },
  {
    id: 'anna-salary',
    who: 'anna, HR admin',
    asked: 'Salary of E100',
    expected: 'E100 earns 54000',
    layers: ['200', '4 tools', 'ALLOW admins_read_salaries', 'HrTarget___get_salary'],
    run: (world) =>
      viaAgent(
        world,
        () => world.ask('anna', 'What is the salary of E100?'),
        ({ value }) => `${value['employee_id']} earns ${value['salary']}`,
      ),
  },
];
