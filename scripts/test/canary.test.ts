/** A search for a canary proves nothing unless it finds one that is there. */
import { describe, expect, test } from 'vitest';
import { spellings } from '../src/demo/index.ts';

const CANARY = 'canary-"ü"/+?&0123456789abcdef';
const finds = (text: string): boolean => spellings(CANARY).some((spelling) => text.includes(spelling));

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a canary is found', () => {
  test.each<readonly [id: string, text: string]>([
    ['as it is', `x ${CANARY} y`],
    ['in a JSON string', JSON.stringify({ a: CANARY })],
    ['in a URL', `/x?y=${encodeURIComponent(CANARY)}`],
    ['in hex', Buffer.from(`x${CANARY}`).toString('hex')],
    ['in base64', base64(CANARY)],
    ['in base64 after one byte', base64(`x${CANARY}y`)],
    ['in base64 after two bytes', base64(`xx${CANARY}y`)],
    ['in base64 after three bytes', base64(`xxx${CANARY}yyy`)],
    ['in base64url', Buffer.from(`x${CANARY}`).toString('base64url')],
    [
      'in the payload of a token',
      Buffer.from(JSON.stringify({ canary: 'x', y: 1 }).replace('x', CANARY)).toString('base64url'),
    ],
  ])('%s', (_id, text) => {
    expect(finds(text)).toBe(true);
  });
});

test('and not where there is none', () => {
  const other = CANARY.replace('0123', '9999')
    .replace('abcdef', '888888')
    .replace('canary', 'parrot')
    .replace('ü', 'u');
  for (const text of [other, base64(other), encodeURIComponent(other), '']) expect(finds(text)).toBe(false);
  for (const spelling of spellings(CANARY)) expect(spelling.length).toBeGreaterThan(20);
});
