/** What an MCP server says of its tools is data: it is checked before anybody is shown it. */
import { describe, expect, it } from 'vitest';
import { describeTools } from '../../../src/gateway/targets/mcp-server/described-tools.ts';
import { eventData } from '../../../src/gateway/targets/mcp-server/events.ts';
import { targetTools } from '../../../src/gateway/targets/target-tools.ts';
import { compile, refusal, target } from './support.ts';

const tool = (name: unknown, more: object = {}) => ({
  name,
  description: 'd',
  inputSchema: { type: 'object' },
  ...more,
});
const record = (discovered: unknown, server: object = {}) =>
  target({ mcpServer: { endpoint: 'https://mcp.example.com/mcp', ...server } }, { discovered });

describe('discovered tools', () => {
  // biome-ignore format: one row each
  it.each([
    ['without a name', [{ inputSchema: { type: 'object' } }], /a tool has no name/],
    ['that are no objects', ['x'], /a tool has no name/],
    ['with an empty name', [tool('')], /is not accepted/],
    ['named with the separator', [tool('a___b')], /is not accepted/],
    ['named __proto__', [tool('__proto__')], /is not accepted/],
    ['named with a Cyrillic letter', [tool('pаy')], /is not accepted/],
    ['named in two lines', [tool('a\nb')], /is not accepted/],
    ['with a long name', [tool('a'.repeat(300))], /name is too long/],
    ['twice', [tool('a'), tool('a')], /has tool a twice/],
    ['that differ in case', [tool('pay'), tool('Pay')], /has tool Pay twice/],
    ['without an input schema', [{ name: 'a' }], /the input schema must be an object/],
    ['that take a text', [tool('a', { inputSchema: { type: 'string' } })], /the input schema must be an object/],
    ['beyond 1000', Array.from({ length: 1001 }, (_, at) => tool(`t${at}`)), /more than 1000 tools/],
    ['with a megabyte of text', [tool('a', { description: 'x'.repeat(1024 * 1024) })], /are too large/],
  ])('%s are refused', (_id, tools, why) => {
    const described = describeTools('Api', JSON.parse(JSON.stringify(tools)));
    expect(described.ok ? '' : described.error).toMatch(why);
    expect(refusal(record(tools))).toMatch(why);
    const seen = targetTools(record(tools));
    expect(seen.ok ? '' : seen.error).toMatch(why);
  });

  it('are listed in the server’s words, without what is not a tool’s', () => {
    const inputSchema = {
      type: 'object',
      properties: { a: { anyOf: [{ type: 'string' }] }, b: { type: 'integer' } },
    };
    const [listed] = compile(
      record([tool('a', { inputSchema, annotations: { readOnlyHint: true }, _meta: { x: 1 }, icons: [] })]),
    );
    expect(listed?.listed).toEqual({
      name: 'Api___a',
      description: 'd',
      inputSchema,
      annotations: { readOnlyHint: true },
    });
  });

  it('are known to policies as far as a type can be told', () => {
    const inputSchema = {
      type: 'object',
      required: ['b', 7],
      properties: {
        a: { anyOf: [{ type: 'string' }] },
        b: { type: ['integer', 'null'] },
        c: { $ref: '#/$defs/x' },
        d: { type: 'array', items: { type: 'string' } },
        e: { type: 'array' },
        f: { type: 'object', properties: { g: { type: 'boolean' } } },
        h: { type: 'toString' },
      },
    };
    const seen = targetTools(record([tool('a', { inputSchema })]));
    expect(seen.ok && seen.value[0]?.inputSchema).toEqual({
      type: 'object',
      required: ['b'],
      properties: {
        b: { type: 'integer' },
        d: { type: 'array', items: { type: 'string' } },
        f: { type: 'object', properties: { g: { type: 'boolean' } } },
      },
    });
  });

  it('are none before the first synchronization', () => {
    expect(compile(record(undefined))).toEqual([]);
  });

  it('may stand in the target itself', () => {
    const mcpToolSchema = { inlinePayload: JSON.stringify({ tools: [tool('given')] }) };
    expect(compile(record([tool('found')], { mcpToolSchema })).map(({ name }) => name)).toEqual([
      'Api___given',
    ]);
    expect(refusal(record([], { mcpToolSchema: { inlinePayload: 'tools: []' } }))).toMatch(
      /mcpToolSchema must be JSON/,
    );
  });
});

describe('an MCP server', () => {
  // biome-ignore format: one row each
  it.each([
    ['at the metadata service', { endpoint: 'http://169.254.169.254/mcp' }, /must be https/],
    ['at a private address', { endpoint: 'https://10.0.0.1/mcp' }, /must name a host/],
    ['at another host over http', { endpoint: 'http://mcp.example.com/mcp' }, /must be https/],
    ['with credentials in its address', { endpoint: 'https://a:b@mcp.example.com/mcp' }, /must not hold credentials/],
    ['with a fragment', { endpoint: 'https://mcp.example.com/mcp#a' }, /must not hold a fragment/],
    ['with an unknown listing mode', { listingMode: 'ALWAYS' }, /listingMode/],
    ['with a tool schema in a bucket', { mcpToolSchema: { s3: { uri: 's3://b/k' } } }, /mcpToolSchema/],
    ['with a tool schema and DYNAMIC', { listingMode: 'DYNAMIC', mcpToolSchema: { inlinePayload: '[]' } }, /DYNAMIC does not go with mcpToolSchema/],
  ])('%s is refused', (_id, server, why) => {
    expect(refusal(record([], server))).toMatch(why);
  });

  it.each(['AUTHORIZATION_CODE', 'TOKEN_EXCHANGE'])('that is DYNAMIC is refused with %s', (grantType) => {
    const credential = {
      credentialProviderType: 'OAUTH',
      credentialProvider: {
        oauthCredentialProvider: {
          providerArn: 'arn:p',
          grantType,
          scopes: [],
          defaultReturnUrl: 'https://app.example.com',
        },
      },
    };
    const server = { mcpServer: { endpoint: 'https://mcp.example.com/mcp', listingMode: 'DYNAMIC' } };
    expect(refusal(target(server, { credential }))).toMatch(`DYNAMIC does not go with ${grantType}`);
  });
});

describe('server-sent events', () => {
  async function* cut(text: string, size: number): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }

  it.each([1, 2, 3, 1000])('are read from pieces of %i bytes', async (size) => {
    const text =
      ': hello\n\nevent: message\r\ndata: {"a":"é"}\r\n\r\nid: 1\n\ndata:one\ndata: two\n\ndata: cut off';
    const events: string[] = [];
    for await (const data of eventData(cut(text, size))) events.push(data);
    expect(events).toEqual(['{"a":"é"}', 'one\ntwo']);
  });
});
