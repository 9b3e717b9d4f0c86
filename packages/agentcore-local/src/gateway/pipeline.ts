/**
 * The gateway on one page. A row is a stage, in the order in which stages run; a column is an MCP method. To review what
 * protects a method, read its column from top to bottom.
 */
import type { DecisionRecord } from '@secure-agent/contracts';
import { z } from 'zod';
import { type Answer, type Exchange, recordDecision, type Services, type Stage } from './exchange.ts';
import type { Message } from './json-rpc.ts';
import { initialize } from './methods/initialize.ts';
import { listTools } from './methods/list-tools.ts';
import { acceptNotification, methodNotFound, ping } from './methods/small-answers.ts';
import { authenticate } from './stages/authenticate.ts';
import { authorizeCall } from './stages/authorize-call.ts';
import { authorizeListing } from './stages/authorize-listing.ts';
import { checkArguments } from './stages/check-arguments.ts';
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
  'tools/list',
  'tools/call',
  'notifications/*',
  'anything else',
] as const;
export type Column = (typeof COLUMNS)[number];

type Cell = Stage | undefined;
type Row = readonly [stage: string, ...cells: readonly [Cell, Cell, Cell, Cell, Cell, Cell]];

// biome-ignore format: rows and columns are the point
export const PIPELINE: readonly Row[] = [
  // stage               initialize         ping               tools/list         tools/call         notifications/*     anything else
  ['authenticate',       authenticate,      authenticate,      authenticate,      authenticate,      authenticate,       authenticate],
  ['read message',       readMessage,       readMessage,       readMessage,       readMessage,       readMessage,        readMessage],
  ['intercept request',  interceptRequest,  interceptRequest,  interceptRequest,  interceptRequest,  none,               interceptRequest],
  ['authorize',          none,              none,              authorizeListing,  authorizeCall,     none,               none],
  ['check arguments',    none,              none,              none,              checkArguments,    none,               none],
  ['answer',             initialize,        ping,              listTools,         invokeTarget,      acceptNotification, methodNotFound],
  ['intercept response', interceptResponse, interceptResponse, interceptResponse, interceptResponse, none,               interceptResponse],
];

/** `last` runs although there is an answer. */
const ROWS = PIPELINE.map(([stage, ...cells]) => ({ cells, last: stage === 'intercept response' }));

const REQUEST_COLUMNS: ReadonlyMap<string, Column> = new Map(
  (['initialize', 'ping', 'tools/list', 'tools/call'] as const).map((method) => [method, method]),
);

/** Before the message is read every column holds the same stages, so any will do. */
function columnOf(message: Message | undefined): Column {
  if (message?.kind === 'notification') return 'notifications/*';
  return REQUEST_COLUMNS.get(message?.method ?? '') ?? 'anything else';
}

/** Takes a request through its column. An answer ends it, after the response interceptor has seen it. */
export async function runPipeline(arrived: Exchange, services: Services): Promise<Answer> {
  let recorded = false;
  const append = (record: DecisionRecord): void => {
    recorded = true;
    services.decisions.append(record);
  };
  const exchange = await passStages(arrived, { ...services, decisions: { append } });
  if (exchange.answer === undefined) throw new TypeError('gateway: no stage answered');
  if (!recorded) recordRest(exchange, exchange.answer, services);
  return exchange.answer;
}

const rpcFailure = z.object({ error: z.object({ code: z.number() }) });

/** A call that no stage decided about leaves its line too: a prober of the parser must not be invisible. */
function recordRest(exchange: Exchange, { status, body }: Answer, services: Services): void {
  const code = rpcFailure.safeParse(body).data?.error.code;
  const refused = status >= 400 || code !== undefined;
  recordDecision(exchange, services, {
    kind: 'request',
    outcome: refused ? 'deny' : 'allow',
    reason: refused ? `refused with ${code ?? status}` : 'answered',
    ...(exchange.message === undefined ? {} : { method: shortName(exchange.message.method) }),
  });
}

async function passStages(arrived: Exchange, services: Services): Promise<Exchange> {
  let exchange = arrived;
  for (const { cells, last } of ROWS) {
    if (exchange.answer !== undefined && !last) continue;
    const stage = cells[COLUMNS.indexOf(columnOf(exchange.message))];
    if (stage !== undefined) exchange = await stage(exchange, services);
  }
  return exchange;
}
