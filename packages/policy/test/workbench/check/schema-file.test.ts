/** The generated schema beside the policies. */
import { expect, test } from 'vitest';
import { checkSchemaFile, schemaFileFor } from '../../../src/workbench/check/schema-file.ts';
import { tool } from '../../fixtures.ts';
import { TOOLS } from '../lint/samples.ts';

const text = schemaFileFor(TOOLS);

test('what the tools give is accepted, and anything else is not, with the line', () => {
  expect(checkSchemaFile(text, TOOLS)).toEqual([]);
  const changed = text.replace('amount: Long', 'amount: String');
  const line = text.split('\n').findIndex((one) => one.includes('amount')) + 1;
  expect(checkSchemaFile(changed, TOOLS)).toMatchObject([{ code: 'schema_file', at: { line } }]);
});

test('a tool that was added and a file that is missing are found', () => {
  expect(checkSchemaFile(text, [...TOOLS, tool('New___tool')])).toMatchObject([{ code: 'schema_file' }]);
  expect(checkSchemaFile(undefined, TOOLS)).toMatchObject([
    { message: expect.stringContaining('no schema') },
  ]);
  expect(checkSchemaFile(`${text}\n`, TOOLS)).toMatchObject([{ code: 'schema_file' }]);
});
