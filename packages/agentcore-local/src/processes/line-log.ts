/**
 * What a child prints goes to a file of its own, line by line, never into the server's output. Written synchronously:
 * the lines before a crash are the ones that matter.
 */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

const DEFAULT_LIMIT_BYTES = 5 * 1024 * 1024;
const MAX_LINE_CHARACTERS = 16 * 1024;

export type LineLog = {
  /** Appends one line; control characters are printed as `\xNN`, so that a log line is always one line. */
  write(line: string): void;
  close(): void;
};

const printable = (line: string): string =>
  line.replace(/[^\P{Cc}\t]/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);

/**
 * Opens a log file, mode 0600. When it is full it becomes `<path>.1`, replacing the one before.
 * @param path - absolute; its folder is made, mode 0700.
 * @param limitBytes - of one file.
 */
export function openLineLog(path: string, limitBytes: number = DEFAULT_LIMIT_BYTES): LineLog {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let fd: number | null = openSync(path, 'a', 0o600);
  let size = fstatSync(fd).size;

  const rotate = (full: number): number => {
    closeSync(full);
    renameSync(path, `${path}.1`);
    size = 0;
    return openSync(path, 'a', 0o600);
  };

  return {
    write(line) {
      if (fd === null) return;
      const bytes = Buffer.from(`${printable(line)}\n`);
      if (size > 0 && size + bytes.length > limitBytes) fd = rotate(fd);
      writeSync(fd, bytes);
      size += bytes.length;
    },
    close() {
      if (fd !== null) closeSync(fd);
      fd = null;
    },
  };
}

/** Cuts a stream into lines. A line that never ends is cut too, so that it cannot fill the memory. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    rest += decoder.write(chunk);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    for (; rest.length > MAX_LINE_CHARACTERS; rest = rest.slice(MAX_LINE_CHARACTERS)) {
      onLine(rest.slice(0, MAX_LINE_CHARACTERS));
    }
  });
  stream.on('end', () => {
    rest += decoder.end();
    if (rest !== '') onLine(rest);
  });
  stream.on('error', () => {});
}
