/** The decision log: JSON lines in a file only its owner may read, and over a signed endpoint. */
import { appendFileSync, chmodSync, closeSync, existsSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { type DecisionRecord, decisionRecord } from '@secure-agent/contracts';
import { restJsonError, restJsonRefusal } from '../endpoint/aws-errors.ts';
import type { DecisionLog, Service } from '../ports.ts';

export const DECISIONS_PATH = '/_local/decisions';

/** What JSON leaves as it is, though a terminal obeys it or a reader takes it for the end of a line. */
const UNSEEN = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** One line for one record, whatever its texts hold. */
const lineOf = (record: DecisionRecord): string =>
  `${JSON.stringify(record).replaceAll(UNSEEN, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;

function parsed(line: string): DecisionRecord[] {
  try {
    return [decisionRecord.parse(JSON.parse(line))];
  } catch {
    // A line cut short by a crash: the rest of the log is still good.
    return [];
  }
}

/** Ends a line that a crash cut short, so that the next record does not become a part of it. */
function closeTornLine(file: string): void {
  if (!existsSync(file)) return;
  chmodSync(file, 0o600);
  const text = readFileSync(file, 'utf8');
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n');
}

type Appender = { append(line: string): void; flush(): void };

/**
 * Appends to a file that stays open. The lines of one turn of the event loop are written together before the next turn,
 * so that a busy server does not write once for each. A file that was taken away is made again: what is written to it
 * must be where a reader looks.
 */
function appender(file: string): Appender {
  let descriptor = openSync(file, 'a', 0o600);
  let waiting: string[] = [];
  const flush = (): void => {
    if (waiting.length === 0) return;
    const lines = waiting.join('');
    waiting = [];
    if (fstatSync(descriptor).nlink === 0) {
      closeSync(descriptor);
      descriptor = openSync(file, 'a', 0o600);
    }
    appendFileSync(descriptor, lines);
  };
  return {
    append(line) {
      if (waiting.push(line) === 1) setImmediate(flush);
    },
    flush,
  };
}

function recordsSince(file: string, time: string): readonly DecisionRecord[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap(parsed)
    .filter((record) => record.time >= time);
}

/** ISO 8601 in UTC, as records have it; undefined for what is no time. */
function readTime(text: string | null): string | undefined {
  if (text === null) return '';
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/**
 * Opens the log.
 * @param file - appended to, made when missing.
 * @param operatorArn - the person at this machine: nobody else may read. Nobody at all where it is left out.
 * @returns the log, and the service that serves it: `GET /_local/decisions?since=<ISO time>`, newest last. A record is in
 * the file at the end of the turn of the event loop in which it was appended; `flush` writes it at once.
 */
export function openDecisionLog(
  file: string,
  operatorArn?: string,
): { readonly log: DecisionLog; readonly service: Service; flush(): void } {
  closeTornLine(file);
  const { append, flush } = appender(file);
  return {
    log: { append: (record) => append(lineOf(record)) },
    flush,
    service: {
      name: 'decision log',
      bodyLimit: 0,
      matches: (head) => head.path === DECISIONS_PATH,
      signedAs: () => 'execute-api',
      asks: 'by_itself',
      refuse: restJsonRefusal,
      async handle({ method, search, requestId, caller }) {
        if (caller === undefined || caller.arn !== operatorArn) {
          const message = 'Only the person at this machine reads the decision log.';
          return restJsonError(403, 'AccessDeniedException', message, requestId);
        }
        if (method !== 'GET') return restJsonError(405, 'ValidationException', 'Only GET.', requestId);
        const since = readTime(new URLSearchParams(search).get('since'));
        if (since === undefined) {
          return restJsonError(400, 'ValidationException', 'since is not an ISO 8601 time.', requestId);
        }
        flush();
        const body = recordsSince(file, since).map(lineOf).join('');
        const headers = { 'content-type': 'application/x-ndjson', 'x-amzn-requestid': requestId };
        return { status: 200, headers, body };
      },
    },
  };
}
