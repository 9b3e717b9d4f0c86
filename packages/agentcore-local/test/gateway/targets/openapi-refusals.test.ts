/** What an API description may not say. Each is refused by name when the target is compiled; nothing is ever fetched. */
import { describe, expect, it } from 'vitest';
import { api, compile, openApi, refusal, target } from './support.ts';

const ok = { responses: {} };
const get = (more: object = {}) => ({ '/a': { get: { operationId: 'getA', ...ok, ...more } } });
const post = (schema: unknown, more: object = {}) => ({
  '/a': {
    post: {
      operationId: 'postA',
      requestBody: { content: { 'application/json': { schema } }, ...more },
      ...ok,
    },
  },
});
const parameter = (given: object) =>
  get({ parameters: [{ name: 'p', in: 'query', schema: { type: 'string' }, ...given }] });
const bodyOf = (member: object, more: object = {}) =>
  api(post({ type: 'object', properties: { m: member } }), more);
const servers = (url: string, more: object = {}) => api(get(), { servers: [{ url, ...more }] });
const schemas = (all: object) => ({ components: { schemas: all } });

type Cell = readonly [id: string, document: object, refusedWith: RegExp];

// biome-ignore format: one row each
const CELLS: readonly Cell[] = [
  ['Swagger 2.0', { ...api(get()), openapi: undefined, swagger: '2.0' }, /openapi must be 3.0.x or 3.1.x/],
  ['OpenAPI 3.2', api(get(), { openapi: '3.2.0' }), /openapi must be 3.0.x or 3.1.x/],
  ['security', api(get(), { security: [{ key: [] }] }), /: security is not supported/],
  ['webhooks', api(get(), { webhooks: { w: {} } }), /: webhooks is not supported/],
  ['security schemes', api(get(), { components: { securitySchemes: { key: {} } } }), /components: securitySchemes is not supported/],
  ['security of an operation', api(get({ security: [{ key: [] }] })), /GET \/a: security is not supported/],
  ['callbacks', api(get({ callbacks: { c: {} } })), /GET \/a: callbacks is not supported/],
  ['servers of an operation', api(get({ servers: [{ url: 'https://evil.example' }] })), /GET \/a: servers is not supported/],
  ['servers of a path', api({ '/a': { ...get()['/a'], servers: [{ url: 'https://evil.example' }] } }), /path \/a: servers is not supported/],
  ['links', api(get({ responses: { 200: { links: { l: {} } } } })), /response 200: links is not supported/],
  ['trace', api({ '/a': { trace: { operationId: 'traceA' } } }), /path \/a: trace is not supported/],
  ['oneOf', bodyOf2('oneOf'), /requestBody.m: oneOf is not supported/],
  ['anyOf', bodyOf2('anyOf'), /requestBody.m: anyOf is not supported/],
  ['allOf', bodyOf2('allOf'), /requestBody.m: allOf is not supported/],
  ['not', bodyOf({ type: 'string', not: {} }), /not is not supported/],
  ['discriminator', bodyOf({ type: 'object', discriminator: { propertyName: 'x' } }), /discriminator is not supported/],
  ['patternProperties', bodyOf({ type: 'object', patternProperties: {} }), /patternProperties is not supported/],
  ['a schema without a type', bodyOf({ description: 'anything' }), /without a type/],
  ['several types', bodyOf({ type: ['string', 'integer'] }, { openapi: '3.1.0' }), /several types/],
  ['a list of types in 3.0', bodyOf({ type: ['string', 'null'] }), /type \["string","null"\] is not supported/],
  ['an array without items', bodyOf({ type: 'array' }), /an array needs items/],
  ['a broken pattern', bodyOf({ type: 'string', pattern: '(' }), /requestBody.m: a pattern must be one of RE2/],
  ['a lookahead', bodyOf({ type: 'string', pattern: '^(?=.*[0-9]).{8,}$' }), /a pattern must be one of RE2/],
  ['a back-reference', bodyOf({ type: 'string', pattern: '(a*)*\\1$' }), /a pattern must be one of RE2/],
  ['a repetition of a million', bodyOf({ type: 'string', pattern: '(a{1000}){1000}' }), /a pattern must be one of RE2/],
  ['a bound that is no number', bodyOf({ type: 'string', maxLength: '3' }), /tool Api___postA: the schema of the arguments is not valid/],
  ['a property named __proto__', bodyOf(JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}')), /named __proto__/],
  ['a form as body', api({ '/a': { post: { operationId: 'postA', requestBody: { content: { 'multipart/form-data': { schema: {} } } } } } }), /must be application\/json/],
  ['an encoding of the body', api({ '/a': { post: { operationId: 'postA', requestBody: { content: { 'application/json': { schema: { type: 'object' }, encoding: { a: {} } } } } } } }), /encoding is not supported/],
  ['33 levels', bodyOf(nested(33)), /nested over 32 levels/],
  ['a body of GET', api({ '/a': { get: { ...post({ type: 'string' })['/a'].post } } }), /GET \/a: requestBody is not supported/],
  ['a cookie parameter', api(parameter({ in: 'cookie' })), /a parameter in "cookie" is not supported/],
  ['a parameter in __proto__', api(parameter({ in: '__proto__' })), /a parameter in "__proto__" is not supported/],
  ['a parameter with content', api(parameter({ content: { 'application/json': {} } })), /content is not supported/],
  ['a parameter style', api(parameter({ style: 'deepObject' })), /style deepObject is not supported/],
  ['explode', api(parameter({ explode: false })), /explode false is not supported/],
  ['allowReserved', api(parameter({ allowReserved: true })), /allowReserved is not supported/],
  ['an object in the query', api(parameter({ schema: { type: 'object' } })), /query parameter of type object/],
  ['an array in a header', api(parameter({ in: 'header', schema: { type: 'array', items: { type: 'string' } } })), /header parameter of type array/],
  ['a parameter twice', api(get({ parameters: [p('q'), p('q')] })), /parameter q exists twice/],
  ['a header twice in another case', api(get({ parameters: [p('X-A', 'header'), p('x-a', 'header')] })), /parameter x-a exists twice/],
  ['one name in two places', api(get({ parameters: [p('q'), p('q', 'header')] })), /argument q exists twice/],
  ['Authorization as a parameter', api(get({ parameters: [p('Authorization', 'header')] })), /this header cannot be a parameter/],
  ['Host as a parameter', api(get({ parameters: [p('Host', 'header')] })), /this header cannot be a parameter/],
  ['Transfer-Encoding as a parameter', api(get({ parameters: [p('transfer-encoding', 'header')] })), /this header cannot be a parameter/],
  ['x-amz-date as a parameter', api(get({ parameters: [p('X-Amz-Date', 'header')] })), /this header cannot be a parameter/],
  ['a header with a line break in its name', api(get({ parameters: [p('a\r\nb', 'header')] })), /this header cannot be a parameter/],
  ['a path parameter that is optional', api({ '/{id}': { get: { operationId: 'g', parameters: [p('id', 'path')] } } }), /must be required/],
  ['a path parameter that is not declared', api({ '/{id}': { get: { operationId: 'g' } } }), /path parameter id is not declared/],
  ['a path parameter that is not there', api(get({ parameters: [{ ...p('id', 'path'), required: true }] })), /path parameter id is not in the path/],
  ['a dot segment', api({ '/../b': { get: { operationId: 'g' } } }), /dot segment/],
  ['an encoded dot segment', api({ '/%2e%2E/b': { get: { operationId: 'g' } } }), /dot segment/],
  ['a query in the path', api({ '/a?x=1': { get: { operationId: 'g' } } }), /the path is malformed/],
  ['a backslash in the path', api({ '/a\\b': { get: { operationId: 'g' } } }), /the path is malformed/],
  ['a path without a slash', api({ '@evil.example/': { get: { operationId: 'g' } } }), /the path is malformed/],
  // OB-13
  ['the metadata service', servers('http://169.254.169.254/latest'), /must be https/],
  ['the metadata service over https', servers('https://169.254.169.254/latest'), /must name a host/],
  ['a private address as a number', servers('https://167772161/'), /must name a host/],
  ['http to another host', servers('http://api.example.com'), /must be https/],
  ['http to localhost by name', servers('http://localhost:80'), /must be https/],
  ['a file', servers('file:///etc/passwd'), /must be https/],
  ['a relative server', servers('/v1'), /must be an absolute URL/],
  ['a server with credentials', servers('https://me:secret@api.example.com'), /must not hold credentials/],
  ['a server with a query', servers('https://api.example.com/?key=1'), /must not hold a query/],
  ['a server with a variable', servers('https://{host}/v1', { variables: { host: { default: 'a' } } }), /server variables/],
  ['a server with braces', servers('https://api.example.com/{v}'), /server variables/],
  ['no server', api(get(), { servers: [] }), /servers\[0\].url is missing/],
  ['$ref over http', api(get({ parameters: [{ $ref: 'http://127.0.0.1:9/p' }] })), /must point into the description/],
  ['$ref to a file', bodyOf({ $ref: 'file:///etc/passwd' }), /must point into the description/],
  ['$ref to a relative file', bodyOf({ $ref: './other.json#/a' }), /must point into the description/],
  ['$ref to nothing', bodyOf({ $ref: '#/components/schemas/None' }), /points at nothing/],
  ['$ref to a prototype', bodyOf({ $ref: '#/constructor' }), /points at nothing/],
  ['$ref to itself', bodyOf({ $ref: '#/components/schemas/A' }, schemas({ A: { $ref: '#/components/schemas/A' } })), /A is a cycle/],
  ['a tree', bodyOf({ $ref: '#/components/schemas/N' }, schemas({ N: { type: 'object', properties: { left: { $ref: '#/components/schemas/N' } } } })), /N is a cycle/],
  ['$ref of a path', api({ '/a': { $ref: '#/components/pathItems/A' } }), /path \/a: \$ref is not supported/],
  ['keywords beside $ref', bodyOf({ $ref: '#/components/schemas/A', minLength: 1 }, schemas({ A: { type: 'string' } })), /minLength beside \$ref/],
  ['references that multiply', api(post({ $ref: '#/components/schemas/L0' }), laughs()), /too large/],
  // OB-14
  ['no operationId', api({ '/a': { get: ok } }), /operationId is missing/],
  ['an empty operationId', api(get({ operationId: '' })), /operationId is missing/],
  ['an operationId with the separator', api(get({ operationId: 'a___b' })), /cannot name a tool/],
  ['operationId __proto__', api(get({ operationId: '__proto__' })), /cannot name a tool/],
  ['an operationId with a Cyrillic а', api(get({ operationId: 'getА' })), /cannot name a tool/],
  ['an operationId of 300 characters', api(get({ operationId: 'a'.repeat(300) })), /name is too long/],
  ['an operationId twice', api({ ...get(), '/b': { get: { operationId: 'getA' } } }), /operationId getA exists twice/],
  ['operationIds that differ in case', api({ ...get(), '/b': { get: { operationId: 'GETA' } } }), /operationId GETA exists twice/],
  ['no operation', api({}), /there is no operation/],
];

function p(name: string, location = 'query') {
  return { name, in: location, schema: { type: 'string' } };
}

function bodyOf2(keyword: string) {
  return bodyOf({ [keyword]: [{ type: 'string' }] });
}

function nested(levels: number): object {
  return levels === 0 ? { type: 'string' } : { type: 'array', items: nested(levels - 1) };
}

/** Each level names the next one ten times: a billion schemas in a page. */
function laughs() {
  const level = (at: number) => ({
    type: 'object',
    properties: Object.fromEntries(
      Array.from({ length: 10 }, (_, n) => [`m${n}`, { $ref: `#/components/schemas/L${at + 1}` }]),
    ),
  });
  const all = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`L${at}`, level(at)]));
  return schemas({ ...all, L9: { type: 'string' } });
}

describe('an API description', () => {
  it.each(CELLS)('%s is refused', (_id, document, refusedWith) => {
    expect(refusal(openApi(document))).toMatch(refusedWith);
  });

  it('is taken where nothing of that is in it', () => {
    expect(compile(openApi(api(get()))).map(({ name }) => name)).toEqual(['Api___getA']);
    expect(compile(openApi(bodyOf(nested(30)))).map(({ name }) => name)).toEqual(['Api___postA']);
  });

  it.each([
    [
      'two members of one name',
      '{"openapi":"3.0.0","openapi":"3.0.0"}',
      /not plain JSON \(duplicate_member\)/,
    ],
    ['YAML', 'openapi: 3.0.0', /not plain JSON/],
    ['a list', '[]', /must be a JSON object/],
    ['more than 1 MB', `{"x":"${'a'.repeat(1024 * 1024)}"}`, /larger than 1 MB/],
  ])('%s is refused', (_id, inlinePayload, refusedWith) => {
    expect(refusal(target({ openApiSchema: { inlinePayload } }))).toMatch(refusedWith);
  });

  it('in a bucket is refused by name', () => {
    const record = target({ openApiSchema: { s3: { uri: 's3://bucket/key' } } });
    expect(refusal(record)).toMatch(/target Api is not supported locally/);
  });
});
