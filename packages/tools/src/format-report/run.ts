import { ok } from '@secure-agent/contracts';
import { z } from 'zod';
import { defineTool, type Tool } from '../tool.ts';
import { refuse } from '../tool-error.ts';
import { parseCsv } from './csv.ts';
import { formatReportDefinition } from './definition.ts';
import { escapeInline, markdownTable } from './markdown-table.ts';

const MAX_ROWS = 1_000;
const MAX_COLUMNS = 50;

const args = z.strictObject({
  title: z.string().trim().min(1).max(200),
  data: z.string().min(1).max(100_000),
});

const invalid = (message: string) => refuse('invalid_input', { message });

/** Touches no record and no person: any caller may use it. */
export const createFormatReport = (): Tool =>
  defineTool(formatReportDefinition, args, async ({ title, data }) => {
    const parsed = parseCsv(data);
    if (!parsed.ok) return invalid(`data: row ${parsed.error} is not valid CSV`);
    const [header, ...rows] = parsed.value;
    if (header === undefined) return invalid('data: has no header row');
    if (header.length > MAX_COLUMNS) return invalid(`data: more than ${MAX_COLUMNS} columns`);
    if (rows.length > MAX_ROWS) return invalid(`data: more than ${MAX_ROWS} rows`);
    const odd = rows.findIndex((row) => row.length !== header.length);
    if (odd >= 0) return invalid(`data: row ${odd + 2} does not have ${header.length} values`);
    const markdown = `# ${escapeInline(title)}\n\n${markdownTable(header, rows)}\n`;
    return ok({ markdown, rows: rows.length, columns: header.length });
  });
