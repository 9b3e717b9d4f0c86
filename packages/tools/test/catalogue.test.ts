import { encodeToolName, isReservedArgument, toolDefinition } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../src/catalogue.ts';

const tools = catalogue.flatMap(({ target, tools }) => tools.map((tool) => ({ target, tool })));

describe('catalogue', () => {
  it('offers exactly these tools and arguments', () => {
    const shown = tools.map(({ target, tool }) => [
      `${target}___${tool.name}`,
      Object.entries(tool.inputSchema.properties ?? {}).map(([name, { type }]) => `${name}:${type}`),
      tool.inputSchema.required ?? [],
    ]);
    expect(shown).toEqual([
      ['ReportTarget___format_report', ['title:string', 'data:string'], ['title', 'data']],
      [
        'ReportTarget___markdown_to_email',
        ['markdown_content:string', 'recipient_email:string', 'subject:string'],
        ['markdown_content', 'recipient_email'],
      ],
      ['HrTarget___get_leave_balance', ['employee_id:string'], []],
      [
        'HrTarget___request_leave',
        ['start_date:string', 'days:integer', 'reason:string'],
        ['start_date', 'days'],
      ],
      ['HrTarget___approve_leave', ['request_id:string'], ['request_id']],
      ['HrTarget___get_salary', ['employee_id:string'], ['employee_id']],
    ]);
  });

  it.each(tools)('$tool.name: is what a gateway target takes', ({ target, tool }) => {
    expect(() => toolDefinition.parse(tool)).not.toThrow();
    expect(encodeToolName(target, tool.name).ok).toBe(true);
    expect(Object.keys(tool.inputSchema.properties ?? {}).filter(isReservedArgument)).toEqual([]);
  });

  it.each([...tools.map(({ tool }) => tool), ...catalogue])('says what and when: $description', (entry) => {
    expect(entry.description).toMatch(/^[A-Z][^.]+\. Use this when [^.]+\.$/);
  });
});
