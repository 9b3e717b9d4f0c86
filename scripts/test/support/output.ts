import { afterEach, beforeEach, vi } from 'vitest';

/** What was written since the test began. */
type Output = { out: string; err: string };

/** Keeps stdout and stderr of a test file's commands from the terminal. Called once, at the top of the file. */
export function captureOutput(): Output {
  const output: Output = { out: '', err: '' };
  const keep = (stream: 'stdout' | 'stderr', name: keyof Output): void => {
    output[name] = '';
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      output[name] += text;
      return true;
    });
  };
  beforeEach(() => {
    keep('stdout', 'out');
    keep('stderr', 'err');
  });
  afterEach(() => vi.restoreAllMocks());
  return output;
}
