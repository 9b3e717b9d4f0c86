/**
 * Takes a text/event-stream apart. Only `data` is looked at.
 * Source: WHATWG HTML, server-sent events, section "Parsing an event stream".
 */
export type EventStream = {
  /**
   * Takes the next piece of text, cut anywhere.
   * @returns the data of every event that is complete now. What the stream ends in the middle of is no event.
   */
  push(text: string): readonly string[];
};

/** The value of a `data` line; undefined for a comment and for other fields. */
function dataOf(line: string): string | undefined {
  const [, field, value = ''] = /^([^:]*)(?::[ ]?(.*))?$/s.exec(line) ?? [];
  return field === 'data' ? value : undefined;
}

export function createEventStream(): EventStream {
  let rest = '';
  let data: string[] = [];
  /** @returns the data of the event that an empty line ends, if it has any. */
  const take = (line: string): readonly string[] => {
    if (line !== '') {
      const value = dataOf(line);
      if (value !== undefined) data.push(value);
      return [];
    }
    const ended = data.length === 0 ? [] : [data.join('\n')];
    data = [];
    return ended;
  };
  return {
    push(text) {
      const all = `${rest}${text}`;
      // A carriage return at the end may be half of an end of line.
      const end = all.endsWith('\r') ? all.length - 1 : all.length;
      const lines = all.slice(0, end).split(/\r\n|\n|\r/);
      rest = `${lines.pop() ?? ''}${all.slice(end)}`;
      return lines.flatMap(take);
    },
  };
}
