/** What the story reads to see what happened: the decision log, the table, the mailbox, the functions' counters. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type DecisionRecord, decisionRecord } from '@secure-agent/contracts';
import { z } from 'zod';
import type { LocalSystem } from '../lib/local-system.ts';

const mails = z.object({
  messages: z.array(
    z.object({ to: z.array(z.string()), subject: z.string(), html: z.string().optional() }).loose(),
  ),
});
export type Mail = z.infer<typeof mails>['messages'][number];

export type Row = Readonly<Record<string, unknown>>;

/** Everything that a refused call must leave as it was. */
export type Snapshot = { readonly rows: string; readonly mails: number; readonly invocations: string };

export type Evidence = {
  /** Records that a request left in the log since a place in it. */
  decisions(from: number): readonly DecisionRecord[];
  /** Where the log ends now. */
  logEnd(): number;
  rows(): Promise<readonly Row[]>;
  mails(): Promise<readonly Mail[]>;
  /** Counts tool invocations only: a refused call may well be intercepted. */
  snapshot(): Promise<Snapshot>;
};

const lines = (file: string): string[] => readFileSync(file, 'utf8').split('\n').filter(Boolean);

export function createEvidence(system: LocalSystem, folder: string): Evidence {
  const { aws, outputs, clients } = system;
  const log = join(folder, 'decisions.jsonl');
  const rows = async (): Promise<readonly Row[]> => {
    const { Items = [] } = await clients.rows.send(
      new ScanCommand({ TableName: outputs.tableName, ConsistentRead: true }),
    );
    return Items;
  };
  const readMails = async (): Promise<readonly Mail[]> => {
    const response = await fetch(`${outputs.mailboxUrl}/messages`);
    return mails.parse(await response.json()).messages;
  };
  const targetCounts = (): Record<string, number> =>
    Object.fromEntries(Object.entries(aws.invocationCounts()).filter(([name]) => /target/i.test(name)));
  return {
    decisions: (from) =>
      lines(log)
        .slice(from)
        .map((line) => decisionRecord.parse(JSON.parse(line))),
    logEnd: () => {
      try {
        return lines(log).length;
      } catch {
        return 0;
      }
    },
    rows,
    mails: readMails,
    snapshot: async () => ({
      rows: JSON.stringify((await rows()).map((row) => JSON.stringify(row)).toSorted()),
      mails: (await readMails()).length,
      invocations: JSON.stringify(targetCounts()),
    }),
  };
}

/** Whether a call left rows, mailbox and tool invocations as they were. */
export const unchanged = (before: Snapshot, after: Snapshot): boolean =>
  before.rows === after.rows && before.mails === after.mails && before.invocations === after.invocations;
