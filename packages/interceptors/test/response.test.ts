import { interceptorOutput, type Json, withCallerField } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { interceptResponse } from '../src/index.ts';
import { callOf, eventOf } from './support.ts';

const plain = {
  name: 'HrTarget___request_leave',
  description: 'Files leave. Use this when asked.',
  inputSchema: {
    type: 'object' as const,
    properties: { days: { type: 'integer' as const } },
    required: ['days'],
  },
};
const bare = {
  name: 'HrTarget___x',
  description: 'X. Use this when asked.',
  inputSchema: { type: 'object' as const, properties: {} },
};
const declared = [plain, bare].map(withCallerField);
const demanding = [
  { ...declared[0], inputSchema: { ...declared[0]?.inputSchema, required: ['caller', 'days'] } },
  { ...declared[1], inputSchema: { ...declared[1]?.inputSchema, required: ['caller'] } },
];

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const SEARCH = callOf({ query: 'leave' }, 'x_amz_bedrock_agentcore_search');
const message = (result: unknown) => ({ jsonrpc: '2.0', id: 1, result });

function intercept(request: unknown, body: unknown, answer: object = {}) {
  const reported: string[] = [];
  const event = eventOf(request, null, { statusCode: 200, headers: null, body, ...answer });
  const output = interceptResponse(JSON.parse(JSON.stringify(event)), (reason) => reported.push(reason));
  expect(() => interceptorOutput.parse(output)).not.toThrow();
  return { output, response: output.mcp.transformedGatewayResponse, reported };
}

describe('a list of tools', () => {
  it.each([
    ['as the stack declares it', declared],
    ['where the caller is required', demanding],
    ['where there is no caller', [plain, bare]],
  ])('loses the caller field: %s', (_, tools) => {
    const { response, reported } = intercept(LIST, message({ tools, nextCursor: 'c' }));
    expect(response).toEqual({ statusCode: 200, body: message({ tools: [plain, bare], nextCursor: 'c' }) });
    expect(reported).toEqual([]);
  });

  it('may hold things that are no tools', () => {
    const odd: Json[] = [null, 'x', { name: 'y' }, { name: 'z', inputSchema: null }];
    expect(intercept(LIST, message({ tools: odd })).response?.body).toEqual(message({ tools: odd }));
  });

  it('is redacted too when the request cannot be seen', () => {
    for (const request of [null, 'x', [LIST]]) {
      const { response } = intercept(request, message({ tools: declared }));
      expect(response?.body).toEqual(message({ tools: [plain, bare] }));
    }
  });
});

describe('a search result', () => {
  const result = (tools: object[]) => ({
    content: [{ type: 'text', text: JSON.stringify({ tools }) }],
    structuredContent: { tools },
    isError: false,
  });

  it('loses the caller field in both of its forms', () => {
    const { response } = intercept(SEARCH, message(result(declared)));
    expect(response?.body).toEqual(message(result([plain, bare])));
  });

  it('that is an error passes', () => {
    const failed = message({
      content: [{ type: 'text', text: 'Parameter validation failed' }],
      isError: true,
    });
    expect(intercept(SEARCH, failed).response?.body).toEqual(failed);
  });
});

describe('everything else passes', () => {
  const caller = { tools: declared, structuredContent: { tools: declared } };
  it.each<[string, unknown, unknown]>([
    ["a tool's own result, even one that looks like a list", callOf({}), message(caller)],
    ['an initialize result', { ...LIST, method: 'initialize' }, message({ capabilities: {} })],
    ['a JSON-RPC error', LIST, { jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'x' } }],
    ['a null body after an early answer', LIST, null],
    ['text, where no list was asked for', callOf({}), 'text'],
  ])('%s', (_, request, body) => {
    expect(intercept(request, body).response).toEqual({ statusCode: 200, body });
  });

  it('with status and headers, but not the old length', () => {
    const headers = { 'Mcp-Session-Id': 's', 'Content-Length': '5', 'transfer-encoding': 'chunked' };
    const { response } = intercept(LIST, message({ tools: declared }), { statusCode: 202, headers });
    expect(response).toMatchObject({ statusCode: 202 });
    expect(response?.headers).toEqual({ 'Mcp-Session-Id': 's' });
  });
});

describe('a list that cannot be read never leaves', () => {
  const text = JSON.stringify(message({ tools: declared }));
  it.each<[string, unknown, unknown]>([
    ['text', LIST, text],
    ['a list of messages', LIST, [message({ tools: declared })]],
    ['a number', LIST, 7],
    ['text for a search', SEARCH, text],
    ['a list of messages for a request that cannot be seen', [LIST], [message({ tools: declared })]],
  ])('%s', (_, request, body) => {
    const { output, reported } = intercept(request, body);
    expect(output.mcp.transformedGatewayResponse).toMatchObject({
      statusCode: 500,
      body: { error: { code: -32603 } },
    });
    expect(JSON.stringify(output)).not.toContain('caller');
    expect(reported).toHaveLength(1);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a REQUEST envelope', eventOf(LIST)],
    ['a null response', eventOf(LIST, null, null)],
    [
      'another version',
      { ...eventOf(LIST, null, { statusCode: 200, body: null }), interceptorInputVersion: '2.0' },
    ],
  ])('an envelope that is %s', (_, event) => {
    const reported: string[] = [];
    const output = interceptResponse(event, (reason) => reported.push(reason));
    expect(output.mcp.transformedGatewayResponse).toMatchObject({ statusCode: 500 });
    expect(reported).toEqual(['envelope']);
  });
});
