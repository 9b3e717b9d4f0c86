/**
 * Checks of a policy's way from its file to an enforcing gateway: the check and its lint rules, attach, promote, rollback,
 * the synthesis; and of what telemetry lets out.
 */
import { type RoomGuard, room } from './room-guard.ts';

const check = room('packages/policy/src/workbench/check', 'packages/policy/test/workbench');
const lint = room('packages/policy/src/workbench/lint', 'packages/policy/test/workbench');
const attached = room('packages/operations/src/policies', 'packages/operations/test/policies');
const promoted = room('packages/operations/src/promotion', 'packages/operations/test/promotion');
const infra = room('infra/src', 'infra/test');
const telemetry = room('packages/agent/src/telemetry', 'packages/agent/test/telemetry');

const parse = check('parse.ts', 'check/check.test.ts');
const limits = check('limits.ts', 'check/check.test.ts');
const agentCore = check('agentcore.ts', 'check/check.test.ts');
const form = check('agentcore.ts', 'lint/fixtures.test.ts');
const allow = check('allow.ts', 'check/check.test.ts');
const described = check('descriptions.ts', 'check/descriptions.test.ts');
const attack = (file: string) => lint(file, 'lint/attacks.test.ts');
const fixture = (file: string) => lint(file, 'lint/fixtures.test.ts');
const hazards = (file: string) => lint(file, 'lint/hazards.test.ts');
const engine = attached('find-engine.ts', 'attach.test.ts');
const attach = attached('attach.ts', 'attach.test.ts');
const plan = attached('attach-plan.ts', 'attach.test.ts');
const more = (file: string) => attached(file, 'attack-rows.test.ts');
const evidence = promoted('evidence.ts', 'evidence.test.ts');
const refusals = promoted('policy-refusals.ts', 'promote.test.ts');
const promote = promoted('promote.ts', 'promote.test.ts');
const race = promoted('promote.ts', 'interleavings.test.ts');
const lock = promoted('lock.ts', 'promote.test.ts');
const drift = promoted('drift.ts', 'rollout-file.test.ts');
const policyDrift = promoted('policy-drift.ts', 'policy-drift.test.ts');
const rollout = infra('rollout.ts', 'rollout.test.ts');
const out = telemetry('otlp.ts', 'export.test.ts');

// biome-ignore format: a table
export const POLICY_GUARDS: readonly RoomGuard[] = [
  parse('CP-18', 'findings.length > 0 ? err(findings) : '),
  parse('CP-18', 'if (encoding !== undefined) return fail(encoding);'),
  parse('CP-18', 'annotation === undefined ? ok(parsed.value) : fail(annotation)', 'ok(parsed.value)'),
  check('check-policies.ts', 'lint/fixtures.test.ts')('by its rule alone', 'validation.filter(({ code }) => !known(code))', '[]'),
  check('check-policies.ts', 'lint/fixtures.test.ts')('by its rule alone', '...agentCoreReports(subject), '),
  check('schema-file.ts', 'check/schema-file.test.ts')('what the tools give', 'if (text === expected) return [];', 'return [];'),
  allow('never allows', 'if (!rule.allowable) return', 'if (false) return'),
  allow('a reason of 19 characters', 'if (reason.length < MIN_REASON)', 'if (false)'),
  limits('more than 10 KB', 'bytes > POLICY_LIMITS.policy ? bytes : undefined', 'undefined'),
  limits('more than 200 KB together', '.filter(([, count, limit]) => count > limit)', '.filter(() => false)'),
  agentCore('the name', 'if (NAME.test(name)) return [];', 'return [];'),
  form('by its rule alone', '(field) => fieldOf(text, field) === undefined', '() => false'),
  form('by its rule alone', 'if (checked.ok) return [];', 'return [];'),
  form('by its rule alone', 'if (input === undefined || !isGroup) return [];', 'return [];'),
  form('by its rule alone', 'if (undocumented === undefined) return [];', 'return [];'),
  described('PI-04', 'if (UNSEEN.test(description)) {', 'if (false) {'),
  described('PI-04', 'if (!ORDERS.test(description)) return [];', 'return [];'),
  described('at the limit the pair', 'pair.similarity >= TOO_SIMILAR', 'pair.similarity > 1'),
  attack('rules/forbid-can-error.ts')('CP-03', "file.effect === 'forbid'\n      ? hazardsOf", "file.effect === 'permit'\n      ? hazardsOf"),
  attack('rules/substring-match.ts')('CP-07', '.filter(isSubstring)', '.filter(() => false)'),
  attack('like.ts')('CP-07', 'if (isScopeTag(like.tag)) return wholeWord(like) === undefined;', 'if (isScopeTag(like.tag)) return false;'),
  attack('rules/like-over-quoted-name.ts')('CP-08', '.filter(isOverQuotedName)', '.filter(() => false)'),
  attack('rules/like-over-object.ts')('CP-08', '.filter(isOverObject)', '.filter(() => false)'),
  attack('rules/like-over-address.ts')('CP-09', '.filter(isOverAddress)', '.filter(() => false)'),
  attack('rules/permit-all.ts')('CP-12', "file.effect === 'permit' && takesEveryTool", "file.effect === 'forbid' && takesEveryTool"),
  lint('rules/unknown-action.ts', 'check/check.test.ts')('CP-19', '.filter(({ type, id }) => type !== ACTION || !known.includes(id))', '.filter(() => false)'),
  lint('rules/unmentioned-tool.ts', 'check/check.test.ts')('CP-11', '!mentioned.has(tool)', 'false'),
  fixture('rules/partial-scope-match.ts')('by its rule alone', '.size < PLACES', '.size < 0'),
  fixture('rules/unconditioned-permit.ts')('by its rule alone', '!isForOne(file.policy) &&', 'false &&'),
  fixture('rules/shadowed-policy.ts')('by its rule alone', 'if (shadow === undefined) return [];', 'return [];'),
  fixture('rules/duplicate-policy.ts')('by its rule alone', 'if (earlier === undefined) return [];', 'return [];'),
  fixture('rules/secret.ts')('by its rule alone', ' || isRandom(text)'),
  fixture('rules/account-id.ts')('by its rule alone', 'TWELVE_DIGITS.test(text)', 'false'),
  hazards('hazards.ts')('something can fail', 'follow(second, left.whenFalse, isRequired)', 'follow(second, left.whenTrue, isRequired)'),
  hazards('hazards.ts')('something can fail', 'whenTrue: whenFalse, whenFalse: whenTrue', 'whenTrue, whenFalse'),
  hazards('hazards.ts')('something can fail', "known = kind === 'when' ? outcome.whenTrue : outcome.whenFalse;", 'known = outcome.whenTrue;'),
  hazards('hazards.ts')('several tools', 'tools.every((tool) => isRequiredBy(tool, path))', 'tools.some((tool) => isRequiredBy(tool, path))'),
  hazards('hazard.ts')('CP-02', "known.has(tagKey(operands)) ? undefined : 'tag'", 'undefined'),
  hazards('hazard.ts')('CP-01', "fieldIsThere(expression, known, isRequired) ? undefined : 'field'", 'undefined'),
  hazards('hazard.ts')('CP-03', "constantOf(expression) === undefined ? 'arithmetic' : undefined", 'undefined'),
  hazards('hazard.ts')('CP-06', "operands.every((one) => one.operator === 'Value') ? undefined : 'constructor'", 'undefined'),
  engine('CO-12', 'placeOf(arn) === placeOf(gatewayArn)', 'true'),
  engine('CO-12', 'idOfArn(arn) === id', 'true'),
  more('find-engine.ts')('CO-12', ' && isNamed(id, name)'),
  engine('not the one the stack made', 'if (ofStack !== undefined && idOfArn(attached) !== engineId) {', 'if (false) {'),
  more('find-engine.ts')('did not become ACTIVE', "if (engine?.status === 'ACTIVE') {", 'if (engine !== undefined) {'),
  plan('the forbid before the permit', 'files.toSorted((a, b) => a.effect.localeCompare(b.effect))', 'files'),
  plan('with the forbid last', 'gone.toSorted((a, b) => Number(isForbid(a)) - Number(isForbid(b)))', 'gone'),
  plan('a changed one is updated', 'policy.statement === file.statement', 'true'),
  plan('a forbid with findings', "policy.status === 'ACTIVE'", 'true'),
  more('attach-plan.ts')('CP-14', "policy.enforcementMode === 'ACTIVE'", 'true'),
  attach('a forbid with findings', "if (step.file.effect === 'permit' && failed.length > 0) break;"),
  attach('a gateway that enforces is not given', "if (!changes || gateway.policyEngineConfiguration?.mode !== 'ENFORCE') return;", 'return;'),
  attach('a forbid with findings', 'const complete = failed.length === 0;', 'const complete = true;'),
  more('attach.ts')('deletes nothing', 'complete && prune ?', 'prune ?'),
  attach('left in ENFORCE', 'if (gateway.policyEngineConfiguration !== undefined) {', 'if (false) {'),
  more('attach.ts')('CO-03', ', unlessChangedSince: gateway'),
  attach('CO-12', 'if (gateway.policyEngineConfiguration !== undefined || prune || gone.length === 0) return;', 'return;'),
  more('settled.ts')('is waited for', 'if (found.status === undefined || !UNDER_WAY.has(found.status)) return found;', 'return found;'),
  attached('policy-set.ts', '../promotion/promote.test.ts')('CO-04', 'updatedAt: updatedAt.toISOString(),'),
  room('packages/operations/src', 'packages/operations/test')('policy-mode.ts', 'promotion/interleavings.test.ts')('CO-06', 'if (then === undefined || now.updatedAt?.getTime() === then.updatedAt?.getTime()) return;', 'return;'),
  room('packages/operations/src', 'packages/operations/test')('policy-mode.ts', 'policy-mode.test.ts')('CO-02', 'authorizerConfiguration: gateway.authorizerConfiguration,'),
  room('packages/policy/src', 'packages/operations/test')('statement.ts', 'policies/attack-rows.test.ts')('CP-23', 'GATEWAY_ARN.test(gatewayArn)', 'true'),
  evidence('what is no evidence', "if (one.requestId.trim() === '') return 'request_id';"),
  evidence('what is no evidence', "if (one.gatewayArn !== asked.gatewayArn) return 'gateway';"),
  evidence('what is no evidence', "if (one.engineArn !== asked.engineArn) return 'engine';"),
  evidence('what is no evidence', "if (!(Date.parse(one.time) > asked.since.getTime())) return 'time';"),
  evidence('what is no evidence', "every(known) ? undefined : 'policy'", 'every(known) ? undefined : undefined'),
  evidence('could not be evaluated', 'if (one.mismatchedPolicies.length > 0) {', 'if (false) {'),
  evidence('nothing was evaluated', 'if (one.verdict === undefined) {', 'if (false) {'),
  evidence('an allow that no case has', 'if (isExpected({ verdict: one.verdict, by }, one, expectations)) return undefined;', 'return undefined;'),
  evidence('an allow of a tool', "if (cell === undefined) return outcome.verdict === 'DENY';", 'if (cell === undefined) return true;'),
  evidence('denials alone', "(!allowed || one.verdict === 'ALLOW')", 'true'),
  evidence('of a cell that is in no case', '!expectations.some((cell) => isSame(one, cell))', 'false'),
  evidence('no case at all', 'asked.expectations.length > 0', 'true'),
  promoted('expectations.ts', 'evidence.test.ts')('say nothing of cases', ' || !isOwn(one, role)'),
  promoted('decision.ts', 'sources.test.ts')('is no verdict', 'if (reason !== undefined && FAILED.test(reason)) return undefined;'),
  promoted('local-decisions.ts', 'sources.test.ts')('what the engine said', "door === 'gateway' && kind === 'authorization'", 'door !== kind'),
  promoted('role-directory.ts', 'sources.test.ts')('somebody in two groups', 'roles.has(sub) ? undefined : group', 'group'),
  promoted('role-directory.ts', 'sources.test.ts')('of another issuer', ' || (iss !== undefined && iss !== pool.issuer)'),
  refusals('a policy that failed', "if (status !== 'ACTIVE') {", 'if (false) {'),
  refusals('whose text is another', 'if (statement !== file.statement) {', 'if (false) {'),
  refusals('CP-14', "if (enforcementMode === 'LOG_ONLY' && file.effect === 'forbid') {", 'if (false) {'),
  refusals('a file that is not attached', '!there.has(name)', 'false'),
  promote('CP-14', 'if (refusals.length > 0) return { promoted: false, judged, refusals };'),
  promote('decisions of before', 'updatedAt.getTime() + settleMs', '0'),
  race('CO-06', "if (after.policyEngineConfiguration?.mode !== 'ENFORCE') throw overtaken();"),
  promote('CO-03', 'if (!sameButMode(basis.gateway, after)) {', 'if (false) {'),
  promote('CO-04', 'if (policySetDigest(policies) !== policySetDigest(basis.policies)) throw changed();'),
  race('CO-06', 'unlessChangedSince: basis.gateway, '),
  race('CO-03', 'await requireStill(ports, after);'),
  race('CO-04', 'await takeBack(ports, basis);'),
  race('CO-04', 'await requireSameContents(ports, basis);\n  await requireStill', 'await requireStill'),
  promote('decisions of before a target', '...moved, '),
  promote('a target that changes before', 'if (!sameTargets(targets, basis.targets)) throw toolsChanged();'),
  promoted('targets.ts', 'promote.test.ts')('decisions of before a target', 'newest(updatedAt, lastSynchronizedAt)', 'newest(updatedAt)'),
  policyDrift('changed through the control plane', "if (policy.status !== 'ACTIVE') return policy.status;"),
  policyDrift('changed through the control plane', "policy.enforcementMode !== 'ACTIVE'", 'false'),
  policyDrift('changed through the control plane', "isPromotedText(policy.statement, hash, compared) ? undefined : 'another text'", 'undefined'),
  policyDrift('changed through the control plane', "if (hash === undefined) return [row(what, 'not there', 'there, never promoted')];", 'if (hash === undefined) return [];'),
  policyDrift('changed through the control plane', "if (policy === undefined) return [row(what, 'as promoted', 'deleted')];", 'if (policy === undefined) return [];'),
  policyDrift('another engine', 'engine.engineArn !== promotion.policyEngine', 'false'),
  promote('never lowers it', "if (gateway.policyEngineConfiguration?.mode === 'ENFORCE') return;"),
  promote('never seen', "if (answer === 'refused') return;", 'return;'),
  promoted('rollback.ts', 'interleavings.test.ts')('switches again', "if (policyEngineConfiguration?.mode === 'LOG_ONLY') return gatewayArn;", 'return gatewayArn;'),
  lock('keeps a second promotion out', "if (other !== undefined && alive && command === 'promote') refuse(other);"),
  lock('ends by itself', 'left > 0 && left <= LIFETIME', 'left <= LIFETIME'),
  lock('ends by itself', 'if (isMine() && Date.parse(expires) > clock.now()) return;', 'return;'),
  lock('ends by itself', 'if (isMine()) rmSync', 'rmSync'),
  drift('CP-13', '!foreign && recorded === seen', '!foreign'),
  drift('a promotion of another gateway', '!foreign && recorded === seen', 'recorded === seen'),
  drift('CP-13', 'ok: verdict.ok && mode.ok && same', 'ok: verdict.ok && same'),
  promoted('drift.ts', 'policy-drift.test.ts')('fails the verdict', 'ok: verdict.ok && mode.ok && same', 'ok: verdict.ok && mode.ok'),
  room('packages/contracts/src', 'packages/operations/test')('rollout.ts', 'promotion/rollout-file.test.ts')('CO-22', "mode === 'ENFORCE' || held === undefined", 'mode !== undefined || held === undefined'),
  room('scripts/src/lib/deployment', 'scripts/test/rollout')('deploy.ts', 'not-lowered.test.ts')('CO-22', 'await requireNotLowered(ports, { ...synthesized, stage: options.stage });'),
  rollout('the word alone', "if (mode !== 'ENFORCE' ||", 'if (promotion === undefined ||'),
  rollout('a promotion of', 'if (!isOwnGateway(promotion, stage)) {', 'if (false) {'),
  rollout('a stage whose name goes on', '/^[0-9a-z]{10}$/.test(gateway.arn.slice(at + prefix.length))', 'true'),
  rollout('name two gateways', 'gateway.arn.endsWith(', 'true || gateway.arn.endsWith('),
  rollout('was not the one that decided', 'if (!isNearEngine(promotion, stage)) {', 'if (false) {'),
  rollout('what was changed since', 'if (changed.length === 0) return undefined;', 'return undefined;'),
  infra('index.ts', 'rollout.test.ts')('of an ENFORCE without evidence', 'checkPromotion(stage, rollout, policies);'),
  infra('policies.ts', 'policies.test.ts')('CP-19', "if (problems.length > 0) throw new SynthesisError('policy_invalid', problems.map(sentence).join('\\n'));"),
  infra('doors.ts', 'phases.test.ts')('keeps its data', "if (!disposable && phase !== 'policy') throw", 'if (false) throw'),
  infra('doors.ts', 'phases.test.ts')('keeps its data', "if (!disposable && gatewayOpen) throw refused('development.gatewayWithoutAuthorizer', name);"),
  infra('company-names.ts', 'company-names.test.ts')('another tenant', '!tenants.has(one)', 'false'),
  infra('company-names.ts', 'company-names.test.ts')('another mail domain', 'one !== company.domain', 'false'),
  infra('validation-mode.ts', 'validation-mode.test.ts')('two lines', "if (others.length > 0) throw refuse(name, 'the header has more than one \"// Validation:\" line.');"),
  infra('validation-mode.ts', 'validation-mode.test.ts')('a reason of one word', 'reason.length >= SHORTEST_REASON', 'true'),
  infra('validation-mode.ts', 'validation-mode.test.ts')('another mode', 'one === word', "one !== 'x'"),
  telemetry('attributes.ts', 'export.test.ts')('is no name that may leave', 'checks.get(name)?.(value) === true', '(checks.get(name) ?? (() => true))(value)'),
  telemetry('attributes.ts', 'export.test.ts')('attributes', 'checks.get(name)?.(value) === true', 'checks.has(name)'),
  out('a library filled', "SPAN_NAMES.has(span.name) ? span.name : 'other'", 'span.name'),
  out('a library filled', 'attributes: allowed(span.attributes)', 'attributes: span.attributes'),
  out('a library filled', 'status: { code: span.status.code }', 'status: span.status'),
  out('a library filled', 'links: [], events: [],', 'links: [], events: span.events,'),
  out('a library filled', 'links: [], events: [],', 'links: span.links, events: [],'),
  out('a library filled', 'ids(span.spanContext())', 'span.spanContext()'),
  out('is not followed', "redirect: 'error'", "redirect: 'follow'"),
  telemetry('sign.ts', 'export.test.ts')('gets none', '(?:\\.cn)?$/', '(?:\\.cn)?/'),
  telemetry('load-telemetry.ts', 'export.test.ts')('nothing is measured', 'environment.OTEL_SDK_DISABLED || '),
  telemetry('load-telemetry.ts', 'export.test.ts')('without repeating it', 'readSafeUrl(variable, text)', 'new URL(text)'),
  telemetry('trace-parent.ts', 'export.test.ts')('two headers', 'others.length > 0 || '),
  telemetry('trace-parent.ts', 'export.test.ts')('none', 'ZEROS.test(traceId) || ZEROS.test(spanId) ? undefined : ', ''),
  telemetry('trace-parent.ts', 'export.test.ts')('10 KB', ' || value.length > 256'),
];
