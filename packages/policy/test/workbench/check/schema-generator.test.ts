/** Our schema beside that of Cedar's own generator for MCP tools, as it wrote it (docs/decisions/0009). */
import { readFileSync } from 'node:fs';
import { schemaToJsonWithResolvedTypes } from '@cedar-policy/cedar-wasm/nodejs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { cedarSchemaFor, type PolicyTool } from '../../../src/index.ts';
import { STACK_TOOLS, tool } from '../../fixtures.ts';

const TOOLS: readonly PolicyTool[] = [
  ...STACK_TOOLS,
  tool('RefundTool___process_refund', {
    amount: 'i',
    orderId: 's',
    reason: 's?',
    rate: 'n',
    express: 'b?',
    lines: {
      type: 'array',
      items: { type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'] },
    },
    address: {
      type: 'object',
      properties: { zip: { type: 'string' }, floor: { type: 'integer' } },
      required: ['zip'],
    },
  }),
  tool('RefundTool___none'),
];

type Json = { readonly [name: string]: unknown };
const object = z.record(z.string(), z.unknown());
const namespaces = z.record(
  z.string(),
  z.object({ commonTypes: z.record(z.string(), object).optional(), actions: z.record(z.string(), object) }),
);

function parsed(text: string) {
  const answer = schemaToJsonWithResolvedTypes(text);
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  return namespaces.parse(answer.json);
}

/** A type with the names of other types replaced by what they stand for. */
function spelledOut(type: Json, types: ReadonlyMap<string, Json>): unknown {
  const inside = (one: unknown) => spelledOut(object.parse(one), types);
  const named = types.get(String(type['name'] ?? type['type']));
  if (named !== undefined) return { ...object.parse(inside(named)), required: type['required'] ?? true };
  const attributes = object.safeParse(type['attributes']).data ?? {};
  return {
    type: type['type'],
    name: type['name'],
    required: type['required'] ?? true,
    ...(type['element'] === undefined ? {} : { element: inside(type['element']) }),
    attributes: Object.fromEntries(Object.entries(attributes).map(([name, one]) => [name, inside(one)])),
  };
}

function inputsOf(text: string): Json {
  const types = new Map(
    Object.entries(parsed(text)).flatMap(([namespace, { commonTypes = {} }]) =>
      Object.entries(commonTypes).map(([name, type]) => [`${namespace}::${name}`, type] as const),
    ),
  );
  return Object.fromEntries(
    TOOLS.map(({ name }) => [name, spelledOut({ type: 'x', name: `AgentCore::${name}Input` }, types)]),
  );
}

const theirs = readFileSync(new URL('./fixtures/generator-0.6.0.cedarschema', import.meta.url), 'utf8');
const ours = cedarSchemaFor(TOOLS);

test('the input of every tool has the same type in both', () => {
  expect(JSON.stringify(inputsOf(ours))).toContain('decimal');
  expect(inputsOf(ours)).toEqual(inputsOf(theirs));
});

test('theirs has no group of a target’s tools, which the guide of AgentCore names', () => {
  const actions = (text: string) => Object.keys(parsed(text)['AgentCore']?.actions ?? {}).toSorted();
  const groups = ['HrTarget', 'RefundTool', 'ReportTarget'];
  expect(actions(ours)).toEqual([...actions(theirs), ...groups].toSorted());
});
