declare module 'yauzl' {
  import type { Readable } from 'node:stream';

  export type Entry = {
    readonly fileName: string;
    readonly uncompressedSize: number;
    readonly crc32: number;
    /** The upper 16 bits are the Unix mode where a Unix system wrote the archive. */
    readonly externalFileAttributes: number;
  };
  export type ZipFile = {
    readonly entryCount: number;
    eachEntry(): AsyncIterable<Entry>;
    openReadStreamPromise(entry: Entry): Promise<Readable>;
  };
  export function fromBufferPromise(
    buffer: Buffer,
    options: { readonly strictFileNames: boolean; readonly validateEntrySizes: boolean },
  ): Promise<ZipFile>;
}
