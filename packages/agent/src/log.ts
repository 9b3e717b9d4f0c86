/** What the agent writes down about a request: who and how it ended, by hash, never what was said. */
import { createHash } from 'node:crypto';
import type { AgentErrorCode } from '@secure-agent/contracts';
import type { Owner } from './sessions.ts';

export type LogEntry = {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly event: 'started' | 'stopped' | 'invocation' | 'telemetry_lost';
  readonly request_id?: string;
  /** {@link hashForLog} of the session id and of the user. */
  readonly session?: string;
  readonly user?: string;
  readonly status?: number;
  readonly outcome?: 'answered' | 'caller_gone' | AgentErrorCode;
  /** A closed word of the layer that refused. */
  readonly reason?: string;
  readonly tools_offered?: number;
  readonly tool_calls?: number;
  readonly ms?: number;
  readonly port?: number;
};

export type Log = (entry: LogEntry) => void;

/** Enough of a hash to tell entries apart and to find those of a known value; the value cannot be read from it. */
export const hashForLog = (text: string): string =>
  createHash('sha256').update(text, 'utf8').digest('base64url').slice(0, 16);

export const hashUser = ({ iss, sub }: Owner): string => hashForLog(JSON.stringify([iss, sub]));

/** One line of JSON an entry. JSON escapes line breaks and control characters, so no value can forge a line. */
export const createLineLog =
  (write: (line: string) => void): Log =>
  (entry) =>
    write(`${JSON.stringify(entry)}\n`);
