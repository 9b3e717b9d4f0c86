/** Tools of an OpenAPI target: one for each operation (devguide gateway-schema-openapi). */
import { encodeToolName, err, type Json, ok, type Result } from '@secure-agent/contracts';
import type { TargetRecord } from '../../../ports.ts';
import { GatewayMisconfigured } from '../../misconfigured.ts';
import type { TargetGateway } from '../outbound/credential.ts';
import { compileOutbound, type Outbound, type OutboundServices } from '../outbound/outbound-call.ts';
import type { Outcome } from '../outbound/outbound-request.ts';
import { discard, readText, type Sent } from '../outbound/send.ts';
import type { GatewayTool, TargetFailure, ToolOutput } from '../tool-target.ts';
import { compileSchemaCheck } from './arguments.ts';
import { readDocument } from './document.ts';
import { type Operation, readOperations } from './operation.ts';
import { buildRequest, type Server } from './request.ts';

const TEXT_TYPES =
  /^(?:text\/|application\/(?:[a-z0-9.+-]*\+)?(?:json|xml)\b|application\/x-www-form-urlencoded)/i;
const JSON_TYPE = /^application\/(?:[a-z0-9.+-]*\+)?json\b/i;

const failed = (detail: string): Result<never, TargetFailure> => err({ detail });

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JSON becomes a value; another text is passed on as it is, not as a JSON string. */
function outputOf(text: string, contentType: string): ToolOutput {
  const value = JSON_TYPE.test(contentType) ? parsed(text) : undefined;
  if (value !== undefined) return { kind: 'value', value };
  return { kind: 'mcp', result: { content: [{ type: 'text', text }], isError: false } };
}

/** The body of a refusal stays here: it may repeat the request, and with it the credential. */
async function readAnswer(sent: Sent, outbound: Outbound): Promise<Outcome<ToolOutput>> {
  const { response } = sent;
  if (!response.ok) {
    await discard(response);
    return failed(`The API answered with status ${response.status}.`);
  }
  const contentType = response.headers.get('content-type') ?? '';
  if (contentType !== '' && !TEXT_TYPES.test(contentType)) {
    await discard(response);
    return failed('The API answered with a content type that is no text.');
  }
  const text = await readText(sent);
  if (!text.ok) return text;
  const headers = outbound.propagation.responseHeaders(response.headers);
  return ok({ ...outputOf(text.value, contentType), headers });
}

/** A name has one source: an argument of a call must not stand where a header, parameter or key of the gateway does. */
function checkSources(tool: string, operation: Operation, { propagation, credential }: Outbound): void {
  for (const { name, in: location } of operation.parameters) {
    const taken =
      location === 'header'
        ? [...propagation.headerNames, credential.header]
        : location === 'query'
          ? [...propagation.queryNames, credential.query]
          : [];
    if (taken.includes(location === 'header' ? name.toLowerCase() : name)) {
      throw new GatewayMisconfigured(`tool ${tool}: parameter ${name} is propagated or the credential's`);
    }
  }
}

function compileOperation(
  target: TargetRecord,
  server: Server,
  operation: Operation,
  outbound: Outbound,
): GatewayTool {
  const name = encodeToolName(target.name, operation.operationId);
  if (!name.ok) {
    throw new GatewayMisconfigured(
      `operation ${operation.operationId} of target ${target.name}: ${name.error}`,
    );
  }
  checkSources(name.value, operation, outbound);
  const { inputSchema: schema, definition, description } = operation;
  const check = compileSchemaCheck(schema, `tool ${name.value}`);
  return {
    name: name.value,
    inputSchema: definition,
    listed: { name: name.value, description, inputSchema: schema },
    checkArguments(args) {
      const problems = check(args);
      if (problems.length > 0) return problems;
      const request = buildRequest(operation, server, args);
      return request.ok ? [] : [request.error];
    },
    async invoke(call) {
      const request = buildRequest(operation, server, call.args);
      if (!request.ok) return failed(request.error);
      const opened = await outbound.open(call);
      if (!opened.ok) return opened;
      const sent = await opened.value(request.value);
      return sent.ok ? readAnswer(sent.value, outbound) : sent;
    },
  };
}

/** Two names that differ in case only are one to a reader. */
function checkLookAlikes(operations: readonly Operation[], where: string): void {
  const seen = new Set<string>();
  for (const { operationId } of operations) {
    const folded = operationId.toLowerCase();
    if (seen.has(folded)) throw new GatewayMisconfigured(`${where}: operationId ${operationId} exists twice`);
    seen.add(folded);
  }
}

/**
 * Compiles the tools of a target, in the order of its description.
 * @param payload - the description as JSON text.
 * @throws GatewayMisconfigured naming what is wrong or not supported.
 */
export function compileOpenApiTarget(
  target: TargetRecord,
  gateway: TargetGateway,
  payload: string,
  services: OutboundServices,
): GatewayTool[] {
  const where = `target ${target.name}`;
  const outbound = compileOutbound(target, gateway, services);
  const document = readDocument(payload, where);
  const operations = readOperations(document, where);
  checkLookAlikes(operations, where);
  return operations.map((operation) => compileOperation(target, document, operation, outbound));
}
