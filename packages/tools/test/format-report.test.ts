import type { JsonObject } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../src/format-report/csv.ts';
import { createFormatReport } from '../src/format-report/run.ts';
import { renderMarkdown } from '../src/markdown-to-email/render.ts';
import { call, codeOf, dispatcherOf, EVE } from './support.ts';

const target = dispatcherOf({ target: 'ReportTarget', tools: [createFormatReport()] });
const format = (args: JsonObject) => call(target, EVE, 'ReportTarget___format_report', args);

describe('format_report', () => {
  it('makes a heading and a table', async () => {
    const answer = await format({ title: 'Sales', data: 'region,total\nNorth,1200\n"South, East",-3.5%\n' });
    expect(answer).toEqual({
      markdown: '# Sales\n\n| region | total |\n| --- | --- |\n| North | 1200 |\n| South, East | -3.5% |\n',
      rows: 2,
      columns: 2,
    });
  });

  it.each([
    ['=HYPERLINK("https://evil")', `'=HYPERLINK("https://evil")`],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=cmd', "'=cmd"],
    ['+1+cmd', "'+1+cmd"],
    ['-2+3', "'-2+3"],
    ['＝cmd', "'＝cmd"],
    ['-5', '-5'],
    ['+3.14', '+3.14'],
    ['a|b', 'a\\|b'],
    ['a\\|b', 'a\\\\\\|b'],
    ['a\r\nb', 'a b'],
    ['a\u2028b', 'a b'],
    ['<b>x</b>', '\\<b\\>x\\</b\\>'],
    ['[x](https://evil)', '\\[x\\](https://evil)'],
    ['`x`', '\\`x\\`'],
  ])('neutralises the cell %j', async (cell, shown) => {
    const answer = await format({ title: 't', data: `c\n"${cell.replaceAll('"', '""')}"` });
    expect(answer['markdown']).toBe(`# t\n\n| c |\n| --- |\n| ${shown} |\n`);
  });

  it('LT-14 keeps table and heading whole whatever is in them, as a Markdown reader sees it', async () => {
    const nasty = 'x|y\n\n# z\n[a](https://evil) <img src=x> **b** `c` &amp;';
    const data = `"${nasty}",b\n"${nasty}","${nasty}"`;
    const answer = await format({ title: nasty, data });
    const html = renderMarkdown(String(answer['markdown']));
    expect(html.ok && html.value.match(/<[a-z0-9]+/g)).toEqual(
      ['h1', 'table', 'thead', 'tr', 'th', 'th', 'tbody', 'tr', 'td', 'td'].map((tag) => `<${tag}`),
    );
  });

  it.each<[string, JsonObject]>([
    ['no title', { data: 'a\n1' }],
    ['a blank title', { title: '  ', data: 'a\n1' }],
    ['a long title', { title: 'a'.repeat(201), data: 'a\n1' }],
    ['no data', { title: 't', data: '' }],
    ['only blank lines', { title: 't', data: '\n\n' }],
    ['a row that is too short', { title: 't', data: 'a,b\n1' }],
    ['a row that is too long', { title: 't', data: 'a,b\n1,2,3' }],
    ['an open quote', { title: 't', data: 'a\n"1' }],
    ['text after a quote', { title: 't', data: 'a\n"1"2' }],
    ['too many columns', { title: 't', data: 'a,'.repeat(50) }],
    ['too many rows', { title: 't', data: `a\n${'1\n'.repeat(1001)}` }],
    ['too much data', { title: 't', data: 'a'.repeat(100_001) }],
    ['a recipient', { title: 't', data: 'a\n1', sendTo: 'a@example.com' }],
  ])('refuses %s', async (_, args) => {
    expect(codeOf(await format(args))).toBe('invalid_input');
  });

  it('LT-12 answers in far less than the 6 MB of a function, whatever its arguments grow to', async () => {
    // Every character is escaped, and every line has cells of its own.
    const rows = 1001;
    const line = `${'|'.repeat(Math.floor(100_000 / rows) - 1)}\n`;
    const answer = await format({ title: '|'.repeat(200), data: line.repeat(rows) });
    expect(answer).toMatchObject({ rows: rows - 1 });
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(1_000_000);
    const wide = `a${','.repeat(49)}\n`;
    const table = await format({ title: 't', data: wide.repeat(1001) });
    expect(table).toMatchObject({ rows: 1000, columns: 50 });
    expect(Buffer.byteLength(JSON.stringify(table))).toBeLessThan(1_000_000);
  });

  it('LT-12 takes exactly the largest table', async () => {
    const answer = await format({ title: 't', data: `a\n${'1\n'.repeat(1000)}` });
    expect(answer).toMatchObject({ rows: 1000 });
  });
});

describe('parseCsv', () => {
  it.each([
    ['a,b', [['a', 'b']]],
    ['a,b\n', [['a', 'b']]],
    [
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,\n,b',
      [
        ['a', ''],
        ['', 'b'],
      ],
    ],
    ['a,', [['a', '']]],
    ['"a""b","c\nd"', [['a"b', 'c\nd']]],
    ['\n\na\n\n', [['a']]],
    ['""', []],
    ['', []],
  ])('%j', (text, rows) => {
    expect(parseCsv(text)).toEqual({ ok: true, value: rows });
  });

  it.each([
    ['a"b', 1],
    ['a\nb"', 2],
    ['a\n"b', 2],
    ['a\rb', 1],
  ])('%j is malformed in row %i', (text, row) => {
    expect(parseCsv(text)).toEqual({ ok: false, error: row });
  });
});
