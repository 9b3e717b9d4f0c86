/** Every cell of test/conformance/vectors/tool-name.json. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  decodeToolName,
  encodeToolName,
  MAX_TOOL_NAME_LENGTH,
  TARGET_NAME_PATTERN,
  TOOL_NAME_SEPARATOR,
} from '../src/index.ts';

type Cell = {
  readonly id: string;
  readonly target?: string;
  readonly tool?: string;
  readonly name?: string;
  readonly error?: string;
};
type Vectors = {
  readonly separator: string;
  readonly target_pattern: string;
  readonly max_full_length: number;
  readonly encode: readonly Cell[];
  readonly decode: readonly Cell[];
};
const file = new URL('../../../test/conformance/vectors/tool-name.json', import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(file, 'utf8'));

describe('tool names', () => {
  it('has the documented separator, pattern and length, and all cells', () => {
    expect([TOOL_NAME_SEPARATOR, TARGET_NAME_PATTERN.source, MAX_TOOL_NAME_LENGTH]).toEqual([
      vectors.separator,
      vectors.target_pattern,
      vectors.max_full_length,
    ]);
    expect([vectors.encode.length, vectors.decode.length]).toEqual([10, 8]);
  });

  it.each(vectors.encode)('$id encodes $target and $tool', ({ target = '', tool = '', name, error }) => {
    expect(encodeToolName(target, tool)).toEqual(
      error === undefined ? { ok: true, value: name } : { ok: false, error },
    );
  });

  it.each(vectors.decode)('$id decodes $name', ({ name = '', target, tool, error }) => {
    expect(decodeToolName(name)).toEqual(
      error === undefined ? { ok: true, value: { target, tool } } : { ok: false, error },
    );
  });

  it.each(vectors.encode.filter(({ name }) => name !== undefined))(
    'GW-16 $id comes back whole',
    ({ name = '' }) => {
      const parts = decodeToolName(name);
      expect(parts.ok && encodeToolName(parts.value.target, parts.value.tool)).toEqual({
        ok: true,
        value: name,
      });
    },
  );

  it('takes a name of 256 characters and refuses one more', () => {
    const tool = 'x'.repeat(MAX_TOOL_NAME_LENGTH - 'T___'.length);
    expect(encodeToolName('T', tool).ok).toBe(true);
    expect(encodeToolName('T', `${tool}x`)).toEqual({ ok: false, error: 'name is too long' });
    expect(decodeToolName(`T___${tool}x`)).toEqual({ ok: false, error: 'name is too long' });
  });

  it.each([
    [100, true],
    [101, false],
  ])('a target of %i characters: %s', (length, ok) => {
    expect(encodeToolName('a'.repeat(length), 'x').ok).toBe(ok);
  });
});
