/** What an uploaded archive may be. */
import { describe, expect, it } from 'vitest';
import {
  ENTRY_LIMIT,
  readArchive,
  UNZIPPED_LIMIT_BYTES,
  ZIPPED_LIMIT_BYTES,
} from '../../src/lambda/archive.ts';
import { type ZipEntry, zip } from './zip.ts';

const handler: ZipEntry = { path: 'index.mjs', content: 'export const handler = async () => 1;' };
const refused = (reason: RegExp) => ({ ok: false, error: expect.stringMatching(reason) });

it('files come out as they went in, folders aside', async () => {
  const nested = { path: 'lib/data.bin', content: Buffer.from([0, 255, 10]) };
  const folder = { path: 'lib/', content: '', mode: 0o040_755 };
  expect(await readArchive(zip([folder, handler, nested]))).toEqual({
    ok: true,
    value: [
      { path: 'index.mjs', content: Buffer.from(handler.content) },
      { path: 'lib/data.bin', content: nested.content },
    ],
  });
});

describe('attacks: nothing of the archive is taken', () => {
  it.each<readonly [string, ZipEntry, RegExp]>([
    ['a step up', { path: '../evil.mjs', content: '' }, /./],
    ['a step up in the middle', { path: 'a/../../evil.mjs', content: '' }, /./],
    ['an absolute path', { path: '/tmp/evil.mjs', content: '' }, /./],
    ['a drive', { path: 'C:evil.mjs', content: '' }, /./],
    ['a backslash', { path: '..\\evil.mjs', content: '' }, /./],
    ['an empty part', { path: 'a//evil.mjs', content: '' }, /leaves the folder/],
    ['a part that is a dot', { path: './index.js', content: '' }, /leaves the folder/],
    ['a null character', { path: 'a\0.mjs', content: '' }, /leaves the folder/],
    ['a symbolic link', { path: 'link', content: '/etc', mode: 0o120_777 }, /link or a device/],
    ['a device', { path: 'null', content: '', mode: 0o020_666 }, /link or a device/],
    ['a named pipe', { path: 'pipe', content: '', mode: 0o010_666 }, /link or a device/],
    ['a second file of one name', { path: 'index.mjs', content: 'evil' }, /two entries have one name/],
    ["a folder of a file's name", { path: 'index.mjs/evil', content: '' }, /both a file and a folder/],
    ['more than may be unzipped', { path: 'a', content: '', declaredSize: UNZIPPED_LIMIT_BYTES }, /smaller/],
    ['more bytes than declared', { path: 'a', content: 'x'.repeat(100_000), declaredSize: 10 }, /damaged/],
    ['fewer bytes than declared', { path: 'a', content: 'x', declaredSize: 10 }, /damaged/],
    ['another checksum', { path: 'a', content: 'x', declaredCrc: 1 }, /damaged/],
  ])('%s', async (_, entry, reason) => {
    const answer = await readArchive(zip([handler, entry]));
    expect(answer).toEqual(refused(reason));
    expect(JSON.stringify(answer)).not.toContain('evil');
    expect(await readArchive(zip([handler]))).toMatchObject({ ok: true });
  });

  it('too many entries', async () => {
    const many = Array.from({ length: ENTRY_LIMIT + 1 }, (_, at) => ({ path: `f${at}`, content: '' }));
    expect(await readArchive(zip(many))).toEqual(refused(/more than 20000 entries/));
    expect(await readArchive(zip(many.slice(0, 100)))).toMatchObject({ ok: true });
  });

  it.each([
    ['no archive', Buffer.from('export const handler = 1;')],
    ['nothing', Buffer.alloc(0)],
    ['half of one', zip([handler]).subarray(0, 60)],
  ])('%s', async (_, bytes) => {
    expect(await readArchive(bytes)).toEqual(refused(/not a ZIP archive/));
  });

  it('an empty archive, and one that is too large', async () => {
    expect(await readArchive(zip([]))).toEqual(refused(/empty/));
    expect(await readArchive(Buffer.alloc(ZIPPED_LIMIT_BYTES + 1))).toEqual(refused(/larger than/));
  });
});
