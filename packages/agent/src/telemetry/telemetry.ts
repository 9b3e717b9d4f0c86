/** What the agent measures of its own work. Off without configuration, and then it costs nothing. */
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { AgentEnvironment } from '@secure-agent/contracts';
import type { Model } from '@strands-agents/sdk';
import type { ToolResult } from '../gateway.ts';
import type { Log, LogEntry } from '../log.ts';

/** One request, from its first byte to its answer. */
export type RequestTelemetry = {
  /** The model, with a span for every turn. */
  readonly model: (model: Model) => Model;
  /** The gateway's fetch, with a span and a `traceparent` for every request. */
  readonly fetch: (fetch: FetchLike) => FetchLike;
  /** Runs one tool call within a span of its own. */
  readonly tool: (tool: string, call: () => Promise<ToolResult>) => Promise<ToolResult>;
  /** Called once, with what the log says of the request: hashes and closed words. */
  readonly end: (entry: LogEntry) => void;
};

/** Spans and numbers of one process. */
export type Telemetry = {
  /** @param rawHeaders - of the request: they may name the span that it belongs to. */
  readonly request: (rawHeaders: readonly string[]) => RequestTelemetry;
  /** Sends what is left. Never rejects. */
  readonly stop: () => Promise<void>;
};

const NOTHING: RequestTelemetry = {
  model: (model) => model,
  fetch: (fetch) => fetch,
  tool: (_tool, call) => call(),
  end: () => undefined,
};

/** Where no endpoint is set. */
export const NO_TELEMETRY: Telemetry = { request: () => NOTHING, stop: async () => undefined };

/** What telemetry is made of. */
export type TelemetryOptions = {
  readonly environment: AgentEnvironment;
  readonly fetch: typeof globalThis.fetch;
  /** Told once when a batch could not be sent, and again after one could. */
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};
