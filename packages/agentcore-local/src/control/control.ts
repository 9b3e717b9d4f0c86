/**
 * The records of the control plane and how they change. The loader and the HTTP adapter call the same functions of
 * `resources/` over this.
 */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import type { Clock, ProviderSecrets, StateStore, TargetDiscovery } from '../ports.ts';
import { systemTimers, type Timers } from '../processes/timers.ts';
import { moveUrls } from '../template/local-urls.ts';
import { type ControlBehaviour, DEFAULT_BEHAVIOUR } from './behaviour.ts';
import { notFound } from './control-error.ts';
import { fromEarlierFiles } from './from-earlier-files.ts';
import { type ControlState, controlState, SETTLING, type SettlingTable } from './records/state.ts';
import type { TargetTools } from './target-tools.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Ten random characters, as AgentCore puts behind a name to make an id. */
export const idSuffix = (): string => Array.from({ length: 10 }, () => ALPHABET[randomInt(36)]).join('');

/**
 * The record of an id that a caller named: an own member, never one of the prototype.
 * @throws ControlError `ResourceNotFoundException`.
 */
export function requireRecord<T>(
  records: Readonly<Record<string, T>>,
  id: string | undefined,
  what: string,
): T {
  const record = id !== undefined && Object.hasOwn(records, id) ? records[id] : undefined;
  if (record === undefined) throw notFound(what);
  return record;
}

/** What the control plane needs of other parts. */
export type ControlParts = {
  readonly secrets: ProviderSecrets;
  /** Asks MCP servers for their tools. Without one, a target with an MCP server fails and says so. */
  readonly discovery?: TargetDiscovery;
  /** The tools of a target as policies see them, for kinds other than Lambda. */
  readonly targetTools?: TargetTools;
  /** Folder of an image's build context. Throws for a hash that is of no asset. */
  readonly contextFolder: (hash: string) => string;
  /** Throws for a folder that no container can be run from. */
  readonly checkImage?: (contextFolder: string) => void;
  /** Throws for a `requestHeaderAllowlist` that the runtime's front door would not take. */
  readonly headerAllowlist: (names: readonly string[]) => void;
};

export type ControlOptions = ControlParts & {
  readonly state: StateStore;
  readonly now: Clock;
  /** Base URL of the endpoint, no trailing slash. Records that were saved at another one move here. */
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
  readonly timers?: Timers;
  /** Milliseconds that an asynchronous operation takes. */
  readonly settleAfter?: number;
  readonly behaviour?: Partial<ControlBehaviour>;
};

export type Control = ControlParts & {
  readonly behaviour: ControlBehaviour;
  readonly endpoint: string;
  read(): ControlState;
  /** Writes the next state; every compiled form of a gateway or a policy is stale from then on. */
  change(next: (state: ControlState) => ControlState): void;
  /** Grows with every change. */
  revision(): number;
  now(): string;
  /** @param path - behind the account, for example `gateway/hr-0123456789`. */
  arn(path: string): string;
  /** Lets what is under way with a record be done later, as an asynchronous operation is. */
  settleLater(table: SettlingTable, id: string): void;
  /** Lets it be done now. */
  settle(table: SettlingTable, id: string): void;
  /** Runs something after the time of an asynchronous operation. */
  later(action: () => void): void;
  /** Nothing changes by itself afterwards; the next start finishes what is under way. */
  stop(): void;
};

/** The state after a record's operation is done. */
function settled(state: ControlState, table: SettlingTable, id: string): ControlState {
  const records = state[table];
  const record = Object.hasOwn(records, id) ? records[id] : undefined;
  if (record?.settles === undefined) return state;
  const { settles, ...rest } = record;
  const others = Object.entries(records).filter(([key]) => key !== id);
  const kept = settles === 'GONE' ? others : [...others, [id, { ...rest, ...settles }]];
  return controlState.parse({ ...state, [table]: Object.fromEntries(kept) });
}

const allSettled = (state: ControlState): ControlState =>
  SETTLING.reduce(
    (done, table) => Object.keys(state[table]).reduce((next, id) => settled(next, table, id), done),
    state,
  );

/** What was saved, at this endpoint, with nothing half done. */
function opened(saved: ControlState, { endpoint, now }: ControlOptions): ControlState {
  const here =
    saved.endpoint === endpoint
      ? saved
      : controlState.parse(moveUrls(z.json().parse(saved), saved.endpoint, endpoint));
  return fromEarlierFiles(allSettled(here), new Date(now()).toISOString());
}

/** @throws LoadError `state_invalid`. */
export function createControl(options: ControlOptions): Control {
  const { state, now, endpoint, account, region, timers = systemTimers, settleAfter = 20 } = options;
  const section = state.section<ControlState>('agentcore', controlState, controlState.parse({ endpoint }));
  const saved = section.read();
  const first = opened(saved, options);
  if (first !== saved) section.write(first);
  let revision = 0;
  const waiting = new Set<() => void>();
  const change = (next: (before: ControlState) => ControlState): void => {
    const before = section.read();
    const after = next(before);
    if (after === before) return;
    section.write(after);
    revision += 1;
  };
  const later = (action: () => void): void => {
    const cancel = timers.after(settleAfter, () => {
      waiting.delete(cancel);
      action();
    });
    waiting.add(cancel);
  };
  const settle = (table: SettlingTable, id: string): void => change((before) => settled(before, table, id));
  return {
    ...options,
    behaviour: { ...DEFAULT_BEHAVIOUR, ...options.behaviour },
    read: () => section.read(),
    change,
    revision: () => revision,
    now: () => new Date(now()).toISOString(),
    arn: (path) => `arn:aws:bedrock-agentcore:${region}:${account}:${path}`,
    settle,
    settleLater: (table, id) => later(() => settle(table, id)),
    later,
    stop() {
      for (const cancel of waiting) cancel();
      waiting.clear();
    },
  };
}
