/** Takes a function's ZIP archive apart, in memory: nothing is written before all of it is known to be good. */
import { buffer as readAll } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { err, ok, type Result } from '@secure-agent/contracts';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';

/** Bytes of an archive that comes with a request. Source: Lambda quotas, deployment package, direct upload. */
export const ZIPPED_LIMIT_BYTES = 50 * 1024 * 1024;
/** Bytes of all files together. Source: Lambda quotas, deployment package, unzipped. */
export const UNZIPPED_LIMIT_BYTES = 262_144_000;
/** Lambda names no limit; each entry costs an inode here. */
export const ENTRY_LIMIT = 20_000;

export type ArchiveFile = {
  /** Relative, with slashes; no part is empty, `.` or `..`. */
  readonly path: string;
  readonly content: Buffer;
};

const FILE_TYPE_MASK = 0o170_000;
const TYPES_TAKEN: readonly number[] = [0, 0o100_000, 0o040_000];

const isLinkOrDevice = ({ externalFileAttributes }: Entry): boolean =>
  !TYPES_TAKEN.includes((externalFileAttributes >>> 16) & FILE_TYPE_MASK);

/** The library refuses steps up, absolute paths and backslashes; this holds though it should change. */
const isInside = (path: string): boolean =>
  !/[\\\0:]/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

class Refused extends Error {}

async function entriesOf(zip: ZipFile): Promise<readonly Entry[]> {
  if (zip.entryCount > ENTRY_LIMIT) throw new Refused(`it has more than ${ENTRY_LIMIT} entries`);
  const entries: Entry[] = [];
  let unzipped = 0;
  for await (const entry of zip.eachEntry()) {
    entries.push(entry);
    unzipped += entry.uncompressedSize;
    const name = entry.fileName.replace(/\/$/, '');
    if (!isInside(name)) throw new Refused('an entry has a path that leaves the folder of the code');
    if (isLinkOrDevice(entry)) throw new Refused('an entry is a link or a device');
    if (unzipped > UNZIPPED_LIMIT_BYTES)
      throw new Refused(`unzipped size must be smaller than ${UNZIPPED_LIMIT_BYTES} bytes`);
  }
  return entries.filter(({ fileName }) => !fileName.endsWith('/'));
}

function refuseClashes(paths: readonly string[]): void {
  const files = new Set(paths);
  if (files.size !== paths.length) throw new Refused('two entries have one name');
  const parents = paths.flatMap((path) =>
    path.split('/').flatMap((_, depth, parts) => (depth === 0 ? [] : [parts.slice(0, depth).join('/')])),
  );
  if (parents.some((parent) => files.has(parent))) throw new Refused('an entry is both a file and a folder');
}

/**
 * Reads an archive whole. Sizes that its directory declares are what is counted, and no entry may inflate to more than
 * it declares.
 * @returns its files, or why it is refused, without a path.
 */
export async function readArchive(zipped: Buffer): Promise<Result<readonly ArchiveFile[], string>> {
  if (zipped.length > ZIPPED_LIMIT_BYTES) return err(`it is larger than ${ZIPPED_LIMIT_BYTES} bytes`);
  try {
    const zip = await fromBufferPromise(zipped, { strictFileNames: true, validateEntrySizes: true });
    const entries = await entriesOf(zip);
    refuseClashes(entries.map(({ fileName }) => fileName));
    const files: ArchiveFile[] = [];
    for (const entry of entries) {
      const content = await readAll(await zip.openReadStreamPromise(entry));
      if (crc32(content) !== entry.crc32) throw new Refused('it is damaged: a checksum differs');
      files.push({ path: entry.fileName, content });
    }
    return files.length === 0 ? err('it is empty') : ok(files);
  } catch (error) {
    return err(error instanceof Refused ? error.message : 'it is not a ZIP archive, or is damaged');
  }
}
