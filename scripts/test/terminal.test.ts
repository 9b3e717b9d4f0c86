import { describe, expect, test } from 'vitest';
import { table, visible, visibleLines } from '../src/lib/terminal.ts';

describe('a text from elsewhere', () => {
  test.each([
    ['Grüße, 東京 😀 a-b_c', 'Grüße, 東京 😀 a-b_c'],
    ['a\nb\rc\td', 'a\\nb\\rc\\td'],
    ['\u001b[2Jx', '\\u001b[2Jx'],
    ['\u009b2Jx', '\\u009b2Jx'],
    ['\u0007\u0000\u007f', '\\u0007\\u0000\\u007f'],
    ['a\u2028b\u2029c\u0085d', 'a\\u2028b\\u2029c\\u0085d'],
    ['\u202egnp.exe\u2066\u200f', '\\u202egnp.exe\\u2066\\u200f'],
    ['', ''],
  ])('%j is shown as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('of several lines keeps its lines and nothing else', () => {
    expect(visibleLines('a\nb\u001b[2J\r\n\nc')).toBe('a\nb\\u001b[2J\\r\n\nc');
  });
});

const WIDE = Number.POSITIVE_INFINITY;
/** Without what only a terminal shows. */
const plain = (text: string): readonly string[] =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape of a colour
  text.replaceAll(/\u001b\[[0-9;]*m/g, '').split('\n');

describe('a table', () => {
  test('has one width a column and no blanks at the end of a line', () => {
    const shown = table(['who', 'what'], [['eve', 'x'], ['anna', 'yyyyyy'], ['bo']], WIDE);
    expect(plain(shown)).toEqual(['who   what', 'eve   x', 'anna  yyyyyy', 'bo']);
  });

  test('of nothing is its header', () => {
    expect(plain(table(['who', 'what'], [], WIDE))).toEqual(['who  what']);
  });

  test('has one line a row, whatever a cell holds', () => {
    const shown = plain(table(['who', 'what'], [['eve\nroot  all', '\u001b[2K']], WIDE));
    expect(shown).toEqual(['who             what', 'eve\\nroot  all  \\u001b[2K']);
  });

  test('fits a line by cutting the widest cells, and says so', () => {
    const shown = plain(
      table(
        ['id', 'text'],
        [
          ['1', 'x'.repeat(100)],
          ['2', 'short'],
        ],
        30,
      ),
    );
    expect(shown).toEqual(['id  text', `1   ${'x'.repeat(25)}…`, '2   short']);
    expect(Math.max(...shown.map((line) => line.length))).toBe(30);
  });

  test('cuts no column to nothing on a narrow terminal', () => {
    const shown = plain(table(['a', 'b'], [['x'.repeat(50), 'y'.repeat(50)]], 5));
    expect(shown[1]).toBe(`${'x'.repeat(7)}…  ${'y'.repeat(7)}…`);
  });
});
