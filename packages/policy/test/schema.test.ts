/** The schema of a gateway, and the sentences of strict validation. */
import { checkParseSchema } from '@cedar-policy/cedar-wasm/nodejs';
import type { SchemaDefinition } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { cedarSchemaFor, PolicyError, type PolicyTool, validateStatement } from '../src/index.ts';
import { STACK_TOOLS, statement, tool } from './fixtures.ts';

const REFUND = 'RefundTool___process_refund';
const refund: PolicyTool = {
  name: REFUND,
  inputSchema: {
    type: 'object',
    properties: {
      amount: { type: 'integer' },
      orderId: { type: 'string' },
      reason: { type: 'string' },
      rate: { type: 'number' },
      express: { type: 'boolean' },
      lines: {
        type: 'array',
        items: { type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'] },
      },
      'in-store': { type: 'object' },
      if: { type: 'string' },
    },
    required: ['amount', 'orderId'],
  },
};

test('a schema is this text', () => {
  expect(cedarSchemaFor([refund])).toBe(`namespace AgentCore {
  type System = { now: datetime };
  type RefundTool___process_refundInput = { amount: Long, orderId: String, reason?: String, rate?: decimal, express?: Bool, lines?: Set<{ sku: String }>, "in-store"?: {}, "if"?: String };
  entity OAuthUser = { id: String } tags String;
  entity IamEntity = { id: String };
  entity Gateway;
  action "Mcp";
  action "CallTool" in [Action::"Mcp"];
  action "RefundTool" in [Action::"CallTool"];
  action "RefundTool___process_refund" in [Action::"RefundTool"] appliesTo {
    principal: [OAuthUser, IamEntity],
    resource: [Gateway],
    context: { input: RefundTool___process_refundInput, system: System }
  };
}
`);
});

test.each([
  { what: 'the tools of the stack', tools: STACK_TOOLS },
  { what: 'no tool', tools: [] },
  {
    what: 'CP-22 names that are no identifiers',
    tools: [tool('My-Target___get /x"y', { 'a"b': 's' }), tool('9T___a-b')],
  },
])('it parses for $what', ({ tools }) => {
  expect(checkParseSchema(cedarSchemaFor(tools))).toEqual({ type: 'success' });
});

describe('a tool without a Cedar type is refused by name', () => {
  const input = (properties: Readonly<Record<string, SchemaDefinition>>): PolicyTool => ({
    name: 'T___x',
    inputSchema: { type: 'object', properties },
  });
  test.each<[string, readonly PolicyTool[], string, string]>([
    ['no separator', [tool('T__x')], 'tool_unsupported', 'T__x'],
    ['the target is an action group', [tool('CallTool___x')], 'tool_unsupported', 'CallTool'],
    ['the target is the root group', [tool('Mcp___x')], 'tool_unsupported', 'Mcp'],
    ['twice', [tool('T___x'), tool('T___x')], 'tool_duplicate', 'T___x'],
    ['an array of anything', [input({ list: { type: 'array' } })], 'tool_unsupported', 'T___x.list'],
    [
      'input that is no object',
      [{ name: 'T___x', inputSchema: { type: 'string' } }],
      'tool_unsupported',
      'T___x',
    ],
    ['an escape of Cedar JSON', [input({ __extn: { type: 'string' } })], 'tool_unsupported', 'T___x.__extn'],
    [
      'a nested escape',
      [input({ o: { type: 'object', properties: { __entity: { type: 'string' } } } })],
      'tool_unsupported',
      'T___x.o.__entity',
    ],
  ])('%s', (_what, tools, code, named) => {
    const attempt = () => cedarSchemaFor(tools);
    expect(attempt).toThrow(PolicyError);
    expect(attempt).toThrow(expect.objectContaining({ code, message: expect.stringContaining(named) }));
  });
});

describe('strict validation says what AgentCore says', () => {
  const schema = cedarSchemaFor([refund]);
  test.each([
    ['when { context.input.amount < 10 }', []],
    ['when { context.input.amount < decimal("1.0") }', ['unexpected type: expected Long but saw decimal']],
    [
      'when { context.input.reason == "x" }',
      ['unable to guarantee safety of access to optional attribute `input.reason`'],
    ],
    ['when { principal.getTag("scope") == "x" }', ['unable to guarantee safety of access to tag']],
    ['when { context.input.amount < 1 && false }', ['policy is impossible']],
  ])('%s', (rest, findings) => {
    const found = validateStatement(statement('permit', REFUND, rest), schema);
    expect(found).toEqual(findings.map((text) => expect.stringContaining(text)));
  });

  test('CP-19 an action with a typing error is unrecognized', () => {
    expect(validateStatement(statement('permit', 'RefundTool__process_refund'), schema).join()).toContain(
      'unrecognized action',
    );
  });

  test('a statement that does not parse is a finding, a schema that does not is an error', () => {
    expect(validateStatement('permit(', schema)).toHaveLength(1);
    expect(() => validateStatement(statement('permit', REFUND), 'entity')).toThrow(PolicyError);
  });
});
