/**
 * The gateway on one page. A row is a stage, in the order in which stages run; a column is an MCP method. To review what
 * protects a method, read its column from top to bottom.
 */
import type { DecisionRecord } from '@secure-agent/contracts';
import { type Answer, type Exchange, recordDecision, type Services, type Stage } from './exchange.ts';
import { isObject, own } from './json-rpc.ts';
import { discover } from './methods/discover.ts';
import { initialize } from './methods/initialize.ts';
import { listTools } from './methods/list-tools.ts';
import { acceptNotification, methodNotFound, ping } from './methods/small-answers.ts';
import { authenticate } from './stages/authenticate.ts';
import { authorizeCall } from './stages/authorize-call.ts';
import { authorizeListing } from './stages/authorize-listing.ts';
import { checkArguments } from './stages/check-arguments.ts';
import { checkSession } from './stages/check-session.ts';
import { interceptRequest } from './stages/intercept-request.ts';
import { interceptResponse } from './stages/intercept-response.ts';
import { invokeTarget } from './stages/invoke-target.ts';
import { readMessage } from './stages/read-message.ts';
import { shortName } from './tool-call.ts';

/** No such stage for this method. */
const none = undefined;

export const COLUMNS = [
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'tools/call',
  'notifications/*',
  'anything else',
] as const;
export type Column = (typeof COLUMNS)[number];

type Cell = Stage | undefined;
type Row = readonly [stage: string, ...cells: readonly [Cell, Cell, Cell, Cell, Cell, Cell, Cell]];

// biome-ignore format: rows and columns are the point
export const PIPELINE: readonly Row[] = [
  // stage               initialize         ping               server/discover    tools/list         tools/call         notifications/*     anything else
  ['authenticate',       authenticate,      authenticate,      authenticate,      authenticate,      authenticate,      authenticate,       authenticate],
  ['read message',       readMessage,       readMessage,       readMessage,       readMessage,       readMessage,       readMessage,        readMessage],
  ['check session',      none,              checkSession,      none,              checkSession,      checkSession,      checkSession,       checkSession],
  ['intercept request',  interceptRequest,  interceptRequest,  interceptRequest,  interceptRequest,  interceptRequest,  none,               interceptRequest],
  ['authorize',          none,              none,              none,              authorizeListing,  authorizeCall,     none,               none],
  ['check arguments',    none,              none,              none,              none,              checkArguments,    none,               none],
  ['answer',             initialize,        ping,              discover,          listTools,         invokeTarget,      acceptNotification, methodNotFound],
  ['intercept response', interceptResponse, interceptResponse, interceptResponse, interceptResponse, interceptResponse, none,               interceptResponse],
];

/** Methods that have a column, by whether a version begins with `initialize`. What the other kind has is anything else. */
const WITH_HANDSHAKE: readonly Column[] = ['initialize', 'ping', 'tools/list', 'tools/call'];
const STATELESS: readonly Column[] = ['server/discover', 'tools/list', 'tools/call'];

/** Before the message is read every column holds the same stages, so any will do. */
const ANY: Column = 'anything else';

function columnOf({ message, stateless }: Exchange): Column {
  if (message?.kind === 'notification') return 'notifications/*';
  const methods = stateless === true ? STATELESS : WITH_HANDSHAKE;
  return methods.find((method) => method === message?.method) ?? ANY;
}

type Step = { readonly stage: Stage /** Runs although there is an answer. */; readonly last: boolean };

const ROWS_BEFORE_MESSAGE = 2;

function stepsOf(column: Column, from: number, to?: number): readonly Step[] {
  return PIPELINE.slice(from, to).flatMap(([name, ...cells]) => {
    const stage = cells[COLUMNS.indexOf(column)];
    return stage === undefined ? [] : [{ stage, last: name === 'intercept response' }];
  });
}

const FIRST_STEPS = stepsOf(ANY, 0, ROWS_BEFORE_MESSAGE);
const STEPS: ReadonlyMap<Column, readonly Step[]> = new Map(
  COLUMNS.map((column) => [column, stepsOf(column, ROWS_BEFORE_MESSAGE)]),
);

async function pass(arrived: Exchange, steps: readonly Step[], services: Services): Promise<Exchange> {
  let exchange = arrived;
  for (const { stage, last } of steps) {
    if (exchange.answer === undefined || last) exchange = await stage(exchange, services);
  }
  return exchange;
}

/** Takes a request through its column. An answer ends it, after the response interceptor has seen it. */
export async function runPipeline(arrived: Exchange, services: Services): Promise<Answer> {
  let recorded = false;
  const append = (record: DecisionRecord): void => {
    recorded = true;
    services.decisions.append(record);
  };
  const recording = { ...services, decisions: { append } };
  const read = await pass(arrived, FIRST_STEPS, recording);
  const exchange = await pass(read, STEPS.get(columnOf(read)) ?? [], recording);
  if (exchange.answer === undefined) throw new TypeError('gateway: no stage answered');
  if (!recorded) recordRest(exchange, exchange.answer, services);
  return exchange.answer;
}

function errorCodeOf({ body }: Answer): number | undefined {
  const error = isObject(body) ? own(body, 'error') : undefined;
  const code = isObject(error) ? own(error, 'code') : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** A call that no stage decided about leaves its line too: a prober of the parser must not be invisible. */
function recordRest(exchange: Exchange, answer: Answer, services: Services): void {
  const code = errorCodeOf(answer);
  const refused = answer.status >= 400 || code !== undefined;
  recordDecision(exchange, services, {
    kind: 'request',
    outcome: refused ? 'deny' : 'allow',
    reason: refused ? `refused with ${code ?? answer.status}` : 'answered',
    ...(exchange.message === undefined ? {} : { method: shortName(exchange.message.method) }),
  });
}
