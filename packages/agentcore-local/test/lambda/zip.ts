/** Writes ZIP archives, also such as no tool would. Source: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16. */
import { crc32, deflateRawSync } from 'node:zlib';

export type ZipEntry = {
  readonly path: string;
  readonly content: string | Buffer;
  /** Unix mode, with the type of the file. */
  readonly mode?: number;
  /** What the directory says in place of the truth, bytes. */
  readonly declaredSize?: number;
  /** What the directory says in place of the truth. */
  readonly declaredCrc?: number;
};

function fieldsOf({ path, content, mode = 0o100_644, declaredSize, declaredCrc }: ZipEntry) {
  const plain = Buffer.from(content);
  const packed = deflateRawSync(plain);
  const name = Buffer.from(path);
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0);
  shared.writeUInt16LE(0x0800, 2);
  shared.writeUInt16LE(8, 4);
  shared.writeUInt32LE(declaredCrc ?? crc32(plain), 10);
  shared.writeUInt32LE(packed.length, 14);
  shared.writeUInt32LE(declaredSize ?? plain.length, 18);
  shared.writeUInt16LE(name.length, 22);
  return { name, packed, shared, mode };
}

const local = ({ name, packed, shared }: ReturnType<typeof fieldsOf>): Buffer =>
  Buffer.concat([Buffer.from('PK\x03\x04'), shared, name, packed]);

function central({ name, shared, mode }: ReturnType<typeof fieldsOf>, offset: number): Buffer {
  const end = Buffer.alloc(14);
  end.writeUInt32LE((mode << 16) >>> 0, 6);
  end.writeUInt32LE(offset, 10);
  // Made by Unix (3), so that the mode counts.
  return Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), shared, end, name]);
}

export function zip(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const fields = fieldsOf(entry);
    const header = local(fields);
    locals.push(header);
    centrals.push(central(fields, offset));
    offset += header.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
