import { describe, expect, it } from 'vitest';
import { CALLER_FIELD, type ToolDefinition, toolDefinition, withCallerField } from '../src/index.ts';

const TOOL: ToolDefinition = {
  name: 'get_leave_balance',
  description: 'Read your leave balance.',
  inputSchema: { type: 'object', properties: { year: { type: 'integer' } }, required: ['year'] },
};

describe('tool definitions', () => {
  it('gains an optional caller and nothing else', () => {
    const { inputSchema, ...rest } = withCallerField(TOOL);
    expect(rest).toEqual({ name: TOOL.name, description: TOOL.description });
    expect(inputSchema.required).toEqual(['year']);
    expect(Object.keys(inputSchema.properties ?? {})).toEqual(['year', CALLER_FIELD]);
    expect(inputSchema.properties?.[CALLER_FIELD]).toMatchObject({ type: 'string' });
    expect(toolDefinition.parse(withCallerField(TOOL))).toEqual(withCallerField(TOOL));
  });

  it('leaves the tool itself as it was, and works where it has no properties', () => {
    const before = structuredClone(TOOL);
    withCallerField(TOOL);
    expect(TOOL).toEqual(before);
    const bare = withCallerField({ ...TOOL, inputSchema: { type: 'object' } });
    expect(Object.keys(bare.inputSchema.properties ?? {})).toEqual([CALLER_FIELD]);
  });

  it.each([
    ['enum', ['a']],
    ['pattern', '^a$'],
    ['minimum', 1],
    ['additionalProperties', false],
  ])('refuses %s, which targets cannot declare', (member, value) => {
    const schema = { ...TOOL.inputSchema, properties: { year: { type: 'integer', [member]: value } } };
    expect(toolDefinition.safeParse({ ...TOOL, inputSchema: schema }).success).toBe(false);
  });

  it.each(['name', 'description'])('refuses an empty %s', (member) => {
    expect(toolDefinition.safeParse({ ...TOOL, [member]: '' }).success).toBe(false);
  });
});
