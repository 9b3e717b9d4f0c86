/** Mail: the manager's arrives, the developer's never does, and in LOG_ONLY it does and the log says it should not. */
import { setPolicyMode } from '@secure-agent/operations';
import { unchanged } from '../evidence.ts';
import { denial, viaAgent, viaGateway } from '../observe.ts';
import type { StoryRow } from '../story-row.ts';
import { resultText } from '../wire.ts';
import type { World } from '../world.ts';

const MAIL = 'ReportTarget___markdown_to_email';

const letter = (recipient: string) => ({
  markdown_content: '# Hours\n\n| day | hours |\n| --- | --- |\n| Monday | 8 |',
  recipient_email: recipient,
  subject: 'Weekly report',
});

const prompt = (recipient: string): string =>
  `Email this report to ${recipient} with subject "Weekly report":\n\n${letter('').markdown_content}`;

async function mailFor(world: World, recipient: string, since: number): Promise<string> {
  const fresh = (await world.evidence.mails()).slice(since);
  const found = fresh.find(({ to }) => to.includes(recipient));
  if (found === undefined) return 'no mail';
  return `mail "${found.subject}" ${found.html?.includes('<td>Monday</td>') ? 'with its table' : 'without a table'}`;
}

export const mailRows: readonly StoryRow[] = [
  {
    id: 'maria-mail',
    who: 'maria, manager',
    asked: 'Mail a report to eve@example.com',
    expected: 'mail "Weekly report" with its table',
    layers: ['200', '5 tools', 'ALLOW managers_send_mail', 'ReportTarget___markdown_to_email'],
    run: async (world) => {
      const since = (await world.evidence.mails()).length;
      return viaAgent(
        world,
        () => world.ask('maria', prompt('eve@example.com')),
        () => mailFor(world, 'eve@example.com', since),
      );
    },
  },
  {
    id: 'maria-mail-outside',
    who: 'maria, manager',
    asked: 'Mail a report to eve@evil.example',
    expected: 'denied by no_mail_outside, no mail',
    layers: ['200', '5 tools', 'DENY no_mail_outside', 'ReportTarget___markdown_to_email'],
    run: async (world) => {
      const since = (await world.evidence.mails()).length;
      return viaAgent(
        world,
        () => world.ask('maria', prompt('eve@evil.example')),
        async ({ error }, { answer }) => {
          const refused = error ?? denial(answer?.toolCalls.at(-1)?.result ?? '');
          return `${refused}, ${await mailFor(world, 'eve@evil.example', since)}`;
        },
      );
    },
  },
  {
    id: 'dev-mail-hidden',
    who: 'dev, developer',
    asked: 'Mail a report',
    expected: 'no such tool offered, nothing changed',
    layers: ['200', '1 tool', '-', '-'],
    run: async (world) => {
      const before = await world.evidence.snapshot();
      return viaAgent(
        world,
        () => world.ask('dev', prompt('eve@example.com')),
        async (_result, { answer }) => {
          const offered = answer?.toolsOffered.some((name) => name.endsWith('markdown_to_email')) === true;
          const mails = (await world.evidence.mails()).length;
          const same = mails === before.mails && (await world.evidence.snapshot()).rows === before.rows;
          return `${offered ? 'tool offered' : 'no such tool offered'}, ${same ? 'nothing' : 'something'} changed`;
        },
      );
    },
  },
  {
    id: 'dev-mail-direct',
    who: 'dev, developer',
    asked: 'tools/call of the mail tool, past the agent',
    expected: 'denied by developers_no_mail, nothing changed',
    layers: ['-', '200', 'DENY developers_no_mail', 'ReportTarget___markdown_to_email'],
    run: async (world) => {
      const before = await world.evidence.snapshot();
      return viaGateway(
        world,
        () => world.call('dev', MAIL, letter('eve@example.com')),
        async (_result, reply) => {
          const same = unchanged(before, await world.evidence.snapshot());
          return `${denial(resultText(reply))}, ${same ? 'nothing' : 'something'} changed`;
        },
      );
    },
  },
  {
    id: 'dev-records-direct',
    who: 'dev, developer',
    asked: 'tools/call of the balance tool, past the agent',
    expected: 'denied by developers_no_records, nothing changed',
    layers: ['-', '200', 'DENY developers_no_records', 'HrTarget___get_leave_balance'],
    run: async (world) => {
      const before = await world.evidence.snapshot();
      return viaGateway(
        world,
        () => world.call('dev', 'HrTarget___get_leave_balance', {}),
        async (_result, reply) => {
          const same = unchanged(before, await world.evidence.snapshot());
          return `${denial(resultText(reply))}, ${same ? 'nothing' : 'something'} changed`;
        },
      );
    },
  },
  {
    id: 'dev-mail-log-only',
    who: 'dev, developer',
    asked: 'The same call with the engine in LOG_ONLY',
    expected: 'mail "Weekly report" with its table, logged as would deny',
    layers: ['-', '200', 'DENY developers_no_mail', 'ReportTarget___markdown_to_email'],
    run: async (world) => {
      const { control } = world.clients;
      const since = (await world.evidence.mails()).length;
      const from = world.evidence.logEnd();
      await setPolicyMode(control, world.outputs.gatewayId, 'LOG_ONLY');
      try {
        return await viaGateway(
          world,
          () => world.call('dev', MAIL, letter('dev@example.com')),
          async () => {
            const mail = await mailFor(world, 'dev@example.com', since);
            const logged = world.evidence
              .decisions(from)
              .some(
                (record) =>
                  record.tool === MAIL &&
                  record.outcome === 'allow' &&
                  record['aws.agentcore.gateway.policy.mode'] === 'LOG_ONLY' &&
                  record['aws.agentcore.policy.authorization_decision'] === 'DENY',
              );
            return `${mail}, ${logged ? 'logged as would deny' : 'not logged'}`;
          },
        );
      } finally {
        await setPolicyMode(control, world.outputs.gatewayId, 'ENFORCE');
      }
    },
  },
];
