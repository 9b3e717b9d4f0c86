/**
 * Checks that stand behind the rows of groups RT, GW, IC, CP and LT, with what is left of the line when the check is gone.
 * `run-rooms.ts` takes each out of a copy of the repository and sees its row turn red; `guards.test.ts` keeps the list and
 * the source together.
 */
import { POLICY_GUARDS } from './policy-guards.ts';
import { type RoomGuard, room } from './room-guard.ts';

const GATEWAY = 'packages/agentcore-local';
const gateway = room(`${GATEWAY}/src/gateway`, `${GATEWAY}/test/gateway`);
const tools = room('packages/tools/src', 'packages/tools/test');
const agent = room('packages/agent/src', 'packages/agent/test');

const json = gateway('json-text.ts', 'attacks.test.ts');
const jsonOne = gateway('json-text.ts', 'messages.test.ts');
const rpc = gateway('json-rpc.ts', 'messages.test.ts');
const read = gateway('stages/read-message.ts', 'messages.test.ts');
const call = gateway('stages/authorize-call.ts', 'calls.test.ts');
const interceptRequest = gateway('stages/intercept-request.ts', 'interceptors.test.ts');
const interceptResponse = gateway('stages/intercept-response.ts', 'streaming.test.ts');
const interceptorCall = gateway('interceptor-call.ts', 'interceptors.test.ts');
const session = gateway('sessions.ts', 'sessions.test.ts');
const version = gateway('request-version.ts', 'versions.test.ts');
const dispatch = tools('dispatch.ts', 'dispatch.test.ts');
const caller = tools('verify-caller.ts', 'dispatch.test.ts');
const interceptor = room('packages/interceptors/src', 'packages/interceptors/test');
const rule = room('infra/src/rules', 'infra/test');

// biome-ignore format: a table
export const ROOM_GUARDS: readonly RoomGuard[] = [
  ...POLICY_GUARDS,
  json('GW-03', "if (names?.has(value)) return 'duplicate_member';"),
  json('GW-23', "return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY", 'return value === Number.NEGATIVE_INFINITY'),
  jsonOne('GW-26', "if (!value.isWellFormed()) return 'lone_surrogate';"),
  jsonOne('GW-26', "return text.startsWith('\\uFEFF') ? undefined : text;", "return text.replace('\\uFEFF', '');"),
  jsonOne('GW-26', "new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })", "new TextDecoder('utf-8', { ignoreBOM: true })"),
  read('GW-26', "if (!CONTENT_TYPE.test(headers['content-type'] ?? '')) {", 'if (false) {'),
  read('GW-26', "if ((headers['content-encoding'] ?? 'identity') !== 'identity') {", 'if (false) {'),
  rpc('GW-06', "if (Array.isArray(body)) return invalid('Batches are not supported: send one message a request.');", 'if (Array.isArray(body)) return readMessageBody(body[0] ?? null);'),
  rpc('GW-07', "return method.startsWith('notifications/')", "return method === 'tools/call' ? readRequest(body, method, 0) : method.startsWith('notifications/')"),
  rpc('GW-08', 'value.length <= MAX_ID_LENGTH', 'true'),
  rpc('GW-08', 'Number.isSafeInteger(value)', "typeof value === 'number'"),
  rpc('GW-04', "const method = own(body, 'method');", "const method = own(body, 'method') ?? own(body, 'METHOD');"),
  call('GW-01', "if (policy.mode === 'LOG_ONLY' || judgement.decision === 'ALLOW') {", 'if (true) {'),
  call('GW-02', 'return withDenial(exchange, services, { policy, call, judgement, now });', "return exchange.gateway.tools.has(call.name) ? withDenial(exchange, services, { policy, call, judgement, now }) : withError(exchange, { code: RPC_CODE.invalidParams, message: 'Unknown tool' });"),
  gateway('policy-denial.ts', 'calls.test.ts')('GW-02', 'if (!visible) return withDefaultDenial(exchange, services);'),
  gateway('tool-call.ts', 'attacks.test.ts')('GW-19', 'return ok({ name, args });', "return ok({ name: name.normalize('NFKC').trim(), args });"),
  gateway('stages/check-arguments.ts', 'attacks.test.ts')('GW-24', 'problems.length === 0', 'true'),
  gateway('methods/small-answers.ts', 'messages.test.ts')('GW-14', "withError(exchange, NOT_FOUND, exchange.stateless === true ? 404 : 200);", 'withResult(exchange, {});'),
  gateway('stream.ts', 'streaming.test.ts')('GW-27', 'JSON.stringify(message)', "JSON.stringify(message).replaceAll('\\\\n', '\\n')"),
  gateway('stages/invoke-target.ts', 'calls.test.ts')('GW-28', 'if (!exchange.gateway.debug) return withToolError(exchange, INTERNAL_ERROR);'),
  version('GW-09', "if (method !== message.method) return mismatch('the Mcp-Method header is not the method of the body');"),
  version('GW-09', 'text !== undefined && text === own(params, parameter)', 'text !== undefined'),
  version('GW-09', 'if (inBody !== undefined && inBody !== version) {', 'if (false) {'),
  session('GW-11', 'return session.user === user;', 'return true;'),
  gateway('stages/check-session.ts', 'sessions.test.ts')('GW-11', 'if (id === undefined) return refuse(exchange, services, MISSING);', 'if (id === undefined) return exchange;'),
  gateway('stages/authenticate.ts', 'sessions.test.ts')('GW-12', 'return withAnswer(exchange, answer);', "return exchange.request.headers['mcp-session-id'] === undefined ? withAnswer(exchange, answer) : exchange;"),
  interceptRequest('IC-01', 'if (output === undefined) return failed(exchange, services);', 'if (output === undefined) return exchange;'),
  interceptRequest('IC-01', 'id === original.id && method === original.method', 'true'),
  interceptRequest('IC-03', ': { ...exchange, message, interceptorHeaders };', ': { ...exchange, interceptorHeaders };'),
  interceptRequest('IC-07', "recordEnd(exchange, services, 'answered_by_request_interceptor');"),
  interceptorCall('IC-01', 'if (parsed.success) return parsed.data.mcp;', 'return Object(payload).mcp;'),
  gateway('stages/intercept-response.ts', 'interceptors.test.ts')('IC-02', 'if (shown === undefined) return withInternalError(exchange);', 'if (shown === undefined) return exchange;'),
  interceptResponse('IC-02', 'if (first.last) return;'),
  interceptResponse('IC-11', "if (own(message, 'id') === undefined) return", 'if (true) return'),
  gateway('targets/outbound/credential.ts', 'targets/through-the-gateway.test.ts')('IC-08', 'call.caller !== undefined && value.includes(call.caller.token)', 'false'),
  gateway('targets/lambda-target.ts', 'calls.test.ts')('IC-03', 'lambdas.invoke(functionArn, call.args,', "lambdas.invoke(functionArn, { ...call.args, added: 'x' },"),
  interceptor('bind-caller.ts', 'request.test.ts')('IC-04', '!isReservedArgument(name)', "name !== 'caller'"),
  interceptor('request.ts', 'request.test.ts')('IC-06', 'const { body, headers } = input.data.mcp.gatewayRequest;', "const { headers } = input.data.mcp.gatewayRequest; const body = JSON.parse(Object(event).mcp.rawGatewayRequest?.body ?? 'null');"),
  dispatch('LT-02', "if (name.value.target !== ports.target) return refuse('wrong_target');"),
  dispatch('LT-02', 'const tool = tools.get(name.value.tool);', 'const tool = tools.get(name.value.tool) ?? ports.tools.find((one) => name.value.tool.includes(one.definition.name));'),
  dispatch('LT-01', 'if (!caller.ok) return refuse(caller.error);', "if (!caller.ok) return tool.call({}, { sub: 'nobody' } as never);"),
  dispatch('LT-08', "return toolError('internal');", "return toolError('internal', { message: String(error) });"),
  caller('LT-01', '!(await verifyMac(signingInput, mac))', '!(await verifyMac(signingInput, mac).then(() => true))'),
  caller('LT-01', 'return problem === undefined ? ok(unverifiedClaims) : err(problem);', 'return ok(unverifiedClaims);'),
  tools('tool.ts', 'dispatch.test.ts')('LT-06', "if (!parsed.success) return refuse('invalid_input', { message: explain(parsed.error) });", 'if (!parsed.success) return run(withoutNulls(args) as never, caller);'),
  tools('tool.ts', 'dispatch.test.ts')('GW-24', 'schema.safeParse(withoutNulls(args))', 'schema.safeParse(args)'),
  tools('format-report/markdown-table.ts', 'format-report.test.ts')('LT-14', ".replace(ACTIVE, '\\\\$&')"),
  agent('sessions.ts', 'attacks.test.ts')('RT-02', 'this.#owners.set(sessionId, user);', 'setImmediate(() => this.#owners.set(sessionId, user));'),
  agent('sessions.ts', 'attacks.test.ts')('RT-03', "if (owner !== undefined) throw new AgentFailure('session_belongs_to_another');"),
  agent('sessions.ts', 'sessions.test.ts')('RT-06', "if (!fits || others.length > 0 || !SESSION_ID_PATTERN.test(id)) throw new AgentFailure('session_required');", "if (!fits) return 'of-the-body';"),
  agent('caller.ts', 'attacks.test.ts')('RT-12', 'if (!verified.ok) throw refused(verified.error);', "if (!verified.ok) return { iss: '', sub: 'nobody' };"),
  room('packages/client/src', 'packages/client/test')('invoke-agent.ts', 'invoke-agent.test.ts')('RT-04', "randomBytes(24).toString('hex')", "Date.now().toString(16).padStart(48, '0')"),
  tools('markdown-to-email/run.ts', '../../../test/attacks/regular-expressions.test.ts')('GW-31', '/<[^<>]*>/g', '/<[^>]*>/g'),
  rule('gateway-exceptions.ts', 'rules.test.ts')('GW-28', 'ExceptionLevel !== undefined', 'false'),
  rule('gateway-authorizer.ts', 'rules.test.ts')('GW-29', '!DECIDING.has(AuthorizerType)', "AuthorizerType === 'AUTHENTICATE_ONLY'"),
];
