/** Source of the cells: WHATWG HTML, server-sent events, "Interpreting an event stream". */
import { describe, expect, test } from 'vitest';
import { createEventStream } from '../src/server-sent-events.ts';

const all = (...pieces: readonly string[]): readonly string[] => {
  const stream = createEventStream();
  return pieces.flatMap((piece) => stream.push(piece));
};

test.each<readonly [id: string, text: string, data: readonly string[]]>([
  ['one event', 'data: a\n\n', ['a']],
  ['two events', 'data: a\n\ndata: b\n\n', ['a', 'b']],
  ['several lines of data', 'data: a\ndata: b\ndata\n\n', ['a\nb\n']],
  ['no space after the colon', 'data:a\n\n', ['a']],
  ['only one space is dropped', 'data:  a \n\n', [' a ']],
  ['a colon in the data', 'data: {"a":"b: c"}\n\n', ['{"a":"b: c"}']],
  ['carriage returns and line feeds', 'data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n', ['a\nb', 'c']],
  ['carriage returns alone', 'data: a\rdata: b\r\rdata: c\n\n', ['a\nb', 'c']],
  ['other fields', 'event: tool\nid: 1\nretry: 5\ndata: a\n\n', ['a']],
  ['a field that begins alike', 'database: x\ndata: a\n\n', ['a']],
  ['a comment that keeps the connection open', ': ping\n\ndata: a\n\n', ['a']],
  ['an event without data', 'event: x\n\ndata: a\n\n', ['a']],
  ['empty lines', '\n\n\ndata: a\n\n\n\n', ['a']],
  ['empty data', 'data:\n\n', ['']],
  ['a stream that ends in the middle', 'data: a\n\ndata: b\n', ['a']],
])('%s', (_id, text, data) => {
  expect(all(text)).toEqual(data);
});

describe('wherever the text is cut', () => {
  const text = ': ping\r\n\r\ndata: {"a":1}\r\ndata: ü€😀\r\n\r\nevent: x\rdata: b\n\ndata: c\n\n';
  const whole = all(text);

  test('in two pieces', () => {
    expect(whole).toEqual(['{"a":1}\nü€😀', 'b', 'c']);
    for (let at = 0; at <= text.length; at += 1)
      expect(all(text.slice(0, at), text.slice(at))).toEqual(whole);
  });

  test('in single characters', () => {
    expect(all(...text.split(''))).toEqual(whole);
  });

  test('an event comes as soon as it is complete', () => {
    const stream = createEventStream();
    expect(stream.push('data: a\n')).toEqual([]);
    expect(stream.push('\ndata: b')).toEqual(['a']);
    expect(stream.push('\n\n')).toEqual(['b']);
  });
});
