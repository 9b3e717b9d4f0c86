/**
 * Every check of the authorizer, of the agent's caller and of the endpoint's door, with what is left of the line when the
 * check is gone and the attack rows that must then turn red. `run.ts` proves it; `guards.test.ts` keeps the list and the
 * source together.
 */
export type Guard = {
  /** Folder below `packages`. */
  readonly room: 'jwt-authorizer' | 'agent' | 'agentcore-local';
  /** In the room's `src`. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
  /** Beginning of the names of tests, one of which must fail. */
  readonly kills: string;
};

const guard =
  (file: string, room: Guard['room'] = 'jwt-authorizer') =>
  (kills: string, from: string, to = ''): Guard => ({ room, file, from, to, kills });

const bearer = guard('bearer.ts');
const jws = guard('compact-jws.ts');
const authorizer = guard('authorizer.ts');
const claims = guard('claims.ts');
const discovery = guard('discovery.ts');
const fetching = guard('fetch-json.ts');
const keys = guard('issuer-keys.ts');
const json = guard('json-object.ts');
const keySet = guard('json-web-key-set.ts');
const rules = guard('rules.ts');
const scopes = guard('scopes.ts');
const cache = guard('verified-token-cache.ts');
const challenge = guard('challenge.ts');
const agent = guard('create-agent.ts', 'agent');
const caller = guard('caller.ts', 'agent');
const gatewayFetch = guard('gateway-fetch.ts', 'agent');
const sessions = guard('sessions.ts', 'agent');
const doors = guard('endpoint/doors.ts', 'agentcore-local');

// biome-ignore format: a table
export const GUARDS: readonly Guard[] = [
  bearer('J15', "values.length > 1 ? refuse('duplicate_header') : extractBearerFromHeader(values[0])", 'extractBearerFromHeader(values[0])'),
  bearer('BX-08', "if (SIGV4_SCHEME.test(value)) return refuse('method_mismatch');"),
  bearer('J13', "if (!BEARER_SCHEME.test(value)) return refuse('missing_token');"),
  bearer('J17', String.raw`/^bearer ([A-Za-z0-9\-._~+/]+=*)$/i`, String.raw`/^bearer ([A-Za-z0-9\-._~+/]+=*)/i`),
  bearer('BX-09', String.raw`/^bearer ([A-Za-z0-9\-._~+/]+=*)$/i`, String.raw`/^bearer\s+([A-Za-z0-9\-._~+/]+=*)$/i`),
  bearer('J14', String.raw`/^bearer ([A-Za-z0-9\-._~+/]+=*)$/i`, String.raw`/^Bearer ([A-Za-z0-9\-._~+/]+=*)$/`),
  jws('JH-18', "return bytes.toString('base64url') === text ? bytes : undefined;", 'return bytes;'),
  jws('JH-17', 'parts.length !== 3 || '),
  jws('JH-04', "if (protectedHeader === undefined) return refuse('malformed_token', 'unparsable');"),
  jws('J33', "if (protectedHeader['alg'] !== ALGORITHM) return refuse('algorithm');"),
  jws('J39', "if (protectedHeader['crit'] !== undefined) return refuse('malformed_token', 'critical_header');"),
  jws('JC-23', "if (!checkType(protectedHeader)) return refuse('token_type');"),
  jws('J32', "kid === undefined || kid === '' ? refuse('unknown_key') : ok(kid)", "ok(kid ?? 'k1')"),
  authorizer('BX-11', "if (Buffer.byteLength(token) > settings.maxTokenBytes) return refuse('too_large');"),
  authorizer('J36', 'const { payload } = await compactVerify(token, key, { algorithms: [ALGORITHM] });', "const payload = Buffer.from(token.split('.')[1], 'base64url');"),
  authorizer('JH-21', "claims === undefined ? refuse('malformed_token', 'payload') : ok(claims)", 'ok(claims ?? {})'),
  authorizer('J31', 'if (!key.ok) return key;', 'if (!key.ok) return keys.find("k1").then((k1) => k1);'),
  authorizer('J03', 'if (refusal !== undefined) return { ok: false, error: refusal };'),
  authorizer('JH-19', 'if (time.ok) return ok(verified);', 'return ok(verified);'),
  claims('J24', "if (claims['iss'] !== issuer) return refuse('issuer_mismatch', 'claim iss');"),
  claims('J21', "if (exp === undefined) return refuse('expired', 'claim exp');"),
  claims('J22', "if (typeof exp !== 'number') return refuse('malformed_claim', 'claim exp');"),
  claims('JC-04', "if (nbf !== undefined && typeof nbf !== 'number') return refuse('malformed_claim', 'claim nbf');"),
  claims('JC-04', "if (iat !== undefined && typeof iat !== 'number') return refuse('malformed_claim', 'claim iat');"),
  claims('J20', "if (exp <= now - CLOCK_SKEW_SECONDS) return refuse('expired', 'claim exp');"),
  claims('JC-01', 'exp <= now - CLOCK_SKEW_SECONDS', 'exp < now - CLOCK_SKEW_SECONDS'),
  claims('JC-01', 'export const CLOCK_SKEW_SECONDS = 0;', 'export const CLOCK_SKEW_SECONDS = 2;'),
  claims('J23', "if (nbf !== undefined && nbf > now + CLOCK_SKEW_SECONDS) return refuse('not_yet_valid', 'claim nbf');"),
  claims('JC-04', "if (iat !== undefined && iat > now + CLOCK_SKEW_SECONDS) return refuse('not_yet_valid', 'claim iat');"),
  claims('JC-03', "exp > (iat ?? now) + MAX_TOKEN_SECONDS ? refuse('lifetime_too_long', 'claim exp') : ok(exp)", 'ok(exp)'),
  claims('J27', "if (sub === undefined || sub === '') return refuse('subject_missing', 'claim sub');"),
  claims('JC-19', String.raw` && !/\p{Cc}/u.test(sub)`),
  claims('JH-21', 'sub.isWellFormed()', 'true'),
  claims('JC-19', 'sub.length <= MAX_SUBJECT_LENGTH', 'true'),
  claims('JC-19', "wellFormed && sub.length <= MAX_SUBJECT_LENGTH ? ok(sub) : refuse('malformed_claim', 'claim sub')", 'ok(sub)'),
  claims('JC-24', "if (claims['cnf'] !== undefined) return refuse('sender_constrained', 'claim cnf');"),
  discovery('JK-02', "if (url === null) throw problem('is not a URL');", 'if (url === null) return;'),
  discovery('JK-02', "if (url.username !== '' || url.password !== '') throw problem('must not hold credentials');"),
  discovery('JK-02', "if (url.search !== '' || url.hash !== '') throw problem('must not hold a query or a fragment');"),
  discovery('JK-02', "if (url.href !== discoveryUrl) throw problem('must be written in its canonical form');"),
  discovery('JK-02', "if (url.protocol !== 'https:')", 'if (false)'),
  discovery('JK-02', "if (IP_LITERAL.test(url.hostname)) throw problem('must name a host, not an IP address');"),
  discovery('JK-01', "if (issuer === undefined || jwksUri === undefined) return refuse('keys_unavailable', 'discovery_document');"),
  discovery('J43', 'if (issuer !== expected && issuer !== ', 'if (false && issuer !== '),
  discovery('JK-04', "return sameOrigin ? ok({ issuer, jwksUri }) : refuse('keys_unavailable', 'jwks_origin');", 'return ok({ issuer, jwksUri });'),
  fetching('JK-03', "redirect: 'error',", "redirect: 'follow',"),
  fetching('JK-06', 'if (response.status !== 200) {', 'if (false) {'),
  fetching('JK-06', 'if (size > maxBytes) return undefined;'),
  keys('JK-07', 'current !== undefined && within(current.fetchedAt, maxAgeMs) ? current : undefined', 'current'),
  keys('JK-06', 'if (failure !== undefined && within(failure.at, retryMs)) return false;'),
  keys('JK-08', 'return usable() === undefined || !within(missedAt, cooldownMs);', 'return true;'),
  keys('J40', 'return usable() === undefined || !within(missedAt, cooldownMs);', 'return usable() === undefined;'),
  keys('J42', "return err(failure?.refusal ?? { reason: 'keys_unavailable' });", "return refuse('unknown_key');"),
  json('JH-21', "if (depth > MAX_JSON_DEPTH) throw new RangeError('nested too deeply');"),
  json('JH-16', 'const copy: Record<string, Json> = Object.create(null);', 'const copy: Record<string, Json> = {};'),
  json('JH-21', 'fatal: true, ', 'fatal: false, '),
  json('JH-21', 'ignoreBOM: true', 'ignoreBOM: false'),
  json('JH-21', "if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;"),
  keySet('JH-03', "jwk['kty'] === 'RSA' &&", 'true &&'),
  keySet('JH-11', "(jwk['use'] === undefined || jwk['use'] === 'sig') &&", 'true &&'),
  keySet('JH-03', "(jwk['alg'] === undefined || jwk['alg'] === ALGORITHM) &&", 'true &&'),
  keySet('JH-11', "(operations === undefined || (Array.isArray(operations) && operations.includes('verify')))", 'true'),
  keySet('JH-12', ' || modulusBits(n) < MIN_RSA_BITS'),
  keySet('JH-12', ".replace(/^0+/, '')"),
  keySet('JH-09', 'seen.get(kid)?.length === 1', 'true'),
  rules('J62', 'if (allowedAudience !== undefined && !anyOf(allowedAudience, [audience ?? null].flat())) {', 'if (false) {'),
  rules('J03', 'if (allowedClients !== undefined && !anyOf(allowedClients, [token.clientId ?? null])) {', 'if (false) {'),
  rules('J71', 'if (unmet !== undefined) {', 'if (false) {'),
  rules('J51', 'if (allowedScopes !== undefined && !anyOf(allowedScopes, token.scopes)) {', 'if (false) {'),
  rules('J72', 'return value === rule.authorizingClaimMatchValue.claimMatchValue.matchValueString;', 'return String(value) === rule.authorizingClaimMatchValue.claimMatchValue.matchValueString;'),
  rules('J75', 'return Array.isArray(value) && anyOf(allowed, value);', 'return anyOf(allowed, [value ?? null].flat());'),
  rules('J74', 'allowed.includes(value)', 'allowed.some((entry) => value.startsWith(entry))'),
  scopes('J56', "typeof value === 'string' && SCOPE_LIST.test(value) ? Object.freeze(value.split(' ')) : NONE", "typeof value === 'string' ? Object.freeze(value.split(/\\s+/)) : NONE"),
  scopes('J57', "typeof value === 'string' && SCOPE_LIST.test(value) ? Object.freeze(value.split(' ')) : NONE", "Object.freeze(String(value).split(' '))"),
  scopes('JC-16', 'if (scope !== undefined) return ofText(scope);', "if (typeof scope === 'string' && scope.includes('hr/')) return ofText(scope);"),
  scopes('JC-16', 'tokens.length === value.length ? Object.freeze(tokens.map(String)) : NONE', 'Object.freeze(tokens.map(String))'),
  cache('JH-19', "hash('sha256', token, 'base64url')", "hash('sha256', token.split('.')[1] ?? '', 'base64url')"),
  cache('JH-19', "hash('sha256', token, 'base64url')", "hash('sha256', token.split('.')[2] ?? '', 'base64url')"),
  cache('JH-19', 'if (entry.generation !== generation) return undefined;'),
  challenge('J12', "return detail === 'unparsable'", 'return false'),
  challenge('J51', "return { ...mismatch('scope'), gateway: 'insufficient_scope' };", "return mismatch('scope');"),
  challenge('J10', 'bearerChallenge(undefined, options, false)', "bearerChallenge('invalid_token', options, false)"),
  challenge('J51', 'scopes.length === 0 ? [] : [`scope=', 'true ? [] : [`scope='),
  agent('J03', 'allowedClients: environment.JWT_ALLOWED_CLIENTS,'),
  agent('J51', 'allowedScopes: environment.JWT_ALLOWED_SCOPES,'),
  agent('J71', 'customClaims: [ACCESS_TOKEN_CLAIM],'),
  caller('J10', "if (headerValues(rawHeaders, 'authorization').length === 0) {", 'if (false) {'),
  caller('J13', 'if (!bearer.ok) throw refused(bearer.error);', 'if (!bearer.ok) return { iss: "", sub: "nobody" };'),
  caller('J36', 'if (!verified.ok) throw refused(verified.error);', 'if (!verified.ok) return { iss: "", sub: "nobody" };'),
  gatewayFetch('JC-26', 'if (now() / 1000 >= expiresAt) throw expired();'),
  sessions('BX-19', 'others.length > 0 || '),
  doors('BX-21', '!isOwnHost(host, port)', 'false'),
  doors('BX-21', '!isOwnOrigin(origin, port)', 'false'),
  doors('BX-21', "if (headerValues(rawHeaders, 'sec-fetch-site').some((site) => /cross-site/i.test(site))) {", 'if (false) {'),
  doors('BX-14', "if (otherCodings.length > 0 || coding.toLowerCase() !== 'chunked') {", 'if (false) {'),
];

/** Lines that refuse and need no row: what deletes them deletes nothing that another line does not refuse too. */
export const REDUNDANT: readonly { readonly file: string; readonly line: string; readonly why: string }[] = [
  {
    file: 'authorizer.ts',
    line: "return refuse('signature');",
    why: 'the end of the check that J36 proves',
  },
  {
    file: 'bearer.ts',
    line: "if (value === undefined) return refuse('missing_token');",
    why: 'no header is no bearer scheme either, which J13 proves',
  },
  {
    file: 'bearer.ts',
    line: "return refuse('malformed_token', EMPTY_BEARER.test(value) ? 'unparsable' : 'credentials');",
    why: 'what is left when the pattern that J17 proves did not match',
  },
  {
    file: 'compact-jws.ts',
    line: "return refuse('malformed_token', 'unparsable');",
    why: 'the end of the check that JH-17 and JH-18 prove',
  },
  {
    file: 'discovery.ts',
    line: "throw problem('must be https, or http for a loopback IP where that is allowed');",
    why: 'the end of the check that JK-02 proves',
  },
  {
    file: 'discovery.ts',
    line: "return refuse('issuer_mismatch', 'discovery_document');",
    why: 'the end of the check that J43 proves',
  },
  {
    file: 'issuer-keys.ts',
    line: "return refuse('keys_unavailable', document.error === 'not_json' ? 'discovery_document' : 'fetch');",
    why: 'without a document there is nothing to go on with',
  },
  {
    file: 'issuer-keys.ts',
    line: "return refuse('keys_unavailable', document.error === 'not_json' ? 'jwks_document' : 'fetch');",
    why: 'without a document there is nothing to go on with',
  },
  {
    file: 'issuer-keys.ts',
    line: "if (keys === undefined) return refuse('keys_unavailable', 'jwks_document');",
    why: 'without keys there is nothing to go on with',
  },
  {
    file: 'issuer-keys.ts',
    line: "? refuse('unknown_key')",
    why: 'without a key there is nothing to go on with',
  },
];
