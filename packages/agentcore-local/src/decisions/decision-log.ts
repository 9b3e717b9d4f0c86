/** The decision log: JSON lines in a file only its owner may read, and over a signed endpoint. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { type DecisionRecord, decisionRecord } from '@secure-agent/contracts';
import { restJsonError, restJsonRefusal } from '../endpoint/aws-errors.ts';
import type { DecisionLog, Service } from '../ports.ts';

export const DECISIONS_PATH = '/_local/decisions';

function parsed(line: string): DecisionRecord[] {
  try {
    return [decisionRecord.parse(JSON.parse(line))];
  } catch {
    // A line cut short by a crash: the rest of the log is still good.
    return [];
  }
}

/**
 * Opens the log.
 * @param file - appended to, made when missing.
 * @returns the log, and the service that serves it: `GET /_local/decisions?since=<ISO time>`, newest last.
 */
export function openDecisionLog(file: string): { readonly log: DecisionLog; readonly service: Service } {
  const since = (time: string): DecisionRecord[] =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .flatMap(parsed)
          .filter((record) => record.time >= time)
      : [];
  return {
    log: { append: (record) => appendFileSync(file, `${JSON.stringify(record)}\n`, { mode: 0o600 }) },
    service: {
      name: 'decision log',
      bodyLimit: 0,
      matches: (head) => head.path === DECISIONS_PATH,
      signedAs: () => 'execute-api',
      refuse: restJsonRefusal,
      async handle(request) {
        if (request.method !== 'GET') {
          return restJsonError(405, 'ValidationException', 'Only GET.', request.requestId);
        }
        const records = since(new URLSearchParams(request.search).get('since') ?? '');
        return {
          status: 200,
          headers: { 'content-type': 'application/x-ndjson' },
          body: records.map((record) => `${JSON.stringify(record)}\n`).join(''),
        };
      },
    },
  };
}
