import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openLineLog, readLines } from '../../src/processes/line-log.ts';
import { folderWith } from './support.ts';

const linesOf = async (chunks: readonly (string | Buffer)[]): Promise<string[]> => {
  const lines: string[] = [];
  const stream = new PassThrough();
  readLines(stream, (line) => lines.push(line));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await new Promise((resolve) => stream.once('end', resolve));
  return lines;
};

describe('cutting a stream into lines', () => {
  it.each([
    ['lines over chunk borders', ['one\ntw', 'o\nthree'], ['one', 'two', 'three']],
    ['line ends of Windows', ['one\r\ntwo\r\n'], ['one', 'two']],
    ['a character over a chunk border', [Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a])], ['é']],
    ['empty lines', ['\n\n'], ['', '']],
  ])('%s', async (_, chunks, lines) => {
    expect(await linesOf(chunks)).toEqual(lines);
  });

  it('a line that never ends is cut, so that it cannot fill the memory', async () => {
    const lines = await linesOf(['x'.repeat(40_000)]);
    expect(lines.map((line) => line.length)).toEqual([16_384, 16_384, 7_232]);
  });
});

describe('a log file', () => {
  it('is readable by its owner alone', () => {
    const path = join(folderWith(), 'logs', 'function.log');
    openLineLog(path).write('hello');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toBe('hello\n');
  });

  it('log injection: what is printed cannot forge a second line or colour a terminal', () => {
    const path = join(folderWith(), 'function.log');
    openLineLog(path).write('a\rb\n{"level":"error"}\u001b[31m\tc');
    expect(readFileSync(path, 'utf8')).toBe('a\\x0db\\x0a{"level":"error"}\\x1b[31m\tc\n');
  });

  it('never grows over its limit; the one before is kept', () => {
    const path = join(folderWith(), 'function.log');
    const log = openLineLog(path, 20);
    for (const line of ['first line', 'second line', 'third']) log.write(line);
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('first line\n');
    expect(readFileSync(path, 'utf8')).toBe('second line\nthird\n');
  });

  it('writing after it was closed does nothing', () => {
    const path = join(folderWith(), 'function.log');
    const log = openLineLog(path);
    log.close();
    log.write('late');
    expect(readFileSync(path, 'utf8')).toBe('');
  });
});
