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

/**
 * Appends to a file that stays open, which costs a call a seventh of opening it each time. A file that was taken away is
 * made again: what is written to it must be where a reader looks.
 */
function appender(file: string): (line: string) => void {
  let descriptor: number | undefined;
  return (line) => {
    if (descriptor !== undefined && fstatSync(descriptor).nlink === 0) {
      closeSync(descriptor);
      descriptor = undefined;
    }
    descriptor ??= openSync(file, 'a', 0o600);
    appendFileSync(descriptor, line);
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
 * @returns the log, and the service that serves it: `GET /_local/decisions?since=<ISO time>`, newest last.
 */
export function openDecisionLog(file: string): { readonly log: DecisionLog; readonly service: Service } {
  closeTornLine(file);
  const append = appender(file);
  return {
    log: { append: (record) => append(lineOf(record)) },
    service: {
      name: 'decision log',
      bodyLimit: 0,
      matches: (head) => head.path === DECISIONS_PATH,
      signedAs: () => 'execute-api',
      refuse: restJsonRefusal,
      async handle({ method, search, requestId }) {
        if (method !== 'GET') return restJsonError(405, 'ValidationException', 'Only GET.', requestId);
        const since = readTime(new URLSearchParams(search).get('since'));
        if (since === undefined) {
          return restJsonError(400, 'ValidationException', 'since is not an ISO 8601 time.', requestId);
        }
        const body = recordsSince(file, since).map(lineOf).join('');
        const headers = { 'content-type': 'application/x-ndjson', 'x-amzn-requestid': requestId };
        return { status: 200, headers, body };
      },
    },
  };
}
