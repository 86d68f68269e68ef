import { ServiceError } from '@instgenie/domain';

// A tar file in the ustar format: for each file a header of 512 bytes and its bytes, padded to 512; two empty blocks end it.

export const blockBytes = 512;
const nameBytesMax = 100;
const sizeMax = 8 ** 11 - 1;
/** Where a header's fields begin, and how long they are. */
const fields = {
  name: [0, 100],
  mode: [100, 8],
  size: [124, 12],
  time: [136, 12],
  sum: [148, 8],
  type: [156, 1],
} as const;

export interface TarHeader {
  readonly name: string;
  readonly bytes: number;
}

export const tarEnd = Buffer.alloc(2 * blockBytes);

/** The header of a plain file. */
export function tarHeader({ name, bytes }: TarHeader, modifiedAtMs: number): Buffer {
  if (Buffer.byteLength(name) > nameBytesMax || bytes > sizeMax) {
    throw new ServiceError('unsupported', `backup: ${name} is too long or too large for a tar file`, {
      field: 'backup',
    });
  }
  const block = Buffer.alloc(blockBytes);
  block.write(name, fields.name[0], 'utf8');
  octal(block, fields.mode, 0o600);
  octal(block, [108, 8], 0);
  octal(block, [116, 8], 0);
  octal(block, fields.size, bytes);
  octal(block, fields.time, Math.floor(modifiedAtMs / 1000));
  block.write('0', fields.type[0], 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write(`${sumOf(block).toString(8).padStart(6, '0')}\0 `, fields.sum[0], 'latin1');
  return block;
}

/** What fills the last block of a file. */
export function tarPadding(bytes: number): Buffer {
  return Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes);
}

/** Undefined for an empty block, which ends a file. Throws `invalid` for what is no header of a plain file. */
export function parseTarHeader(block: Uint8Array): TarHeader | undefined {
  if (block.every((byte) => byte === 0)) return undefined;
  const buffer = Buffer.from(block);
  const sum = numberAt(buffer, fields.sum);
  const bytes = numberAt(buffer, fields.size);
  const isFile = buffer.toString('latin1', fields.type[0], fields.type[0] + 1) === '0';
  if (sum !== sumOf(buffer) || !isFile || Number.isNaN(bytes)) throw noBackup();
  return { name: textAt(buffer, fields.name), bytes };
}

export function noBackup(cause?: unknown): ServiceError {
  return new ServiceError('invalid', 'backup: it is no backup, or it is cut off or damaged', {
    field: 'backup',
    cause,
  });
}

type Field = readonly [start: number, length: number];

function octal(block: Buffer, [start, length]: Field, value: number): void {
  block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, start, 'latin1');
}

function textAt(block: Buffer, [start, length]: Field): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

function numberAt(block: Buffer, field: Field): number {
  const text = textAt(block, field).trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

/** Of all bytes, with spaces where the sum is. */
function sumOf(block: Buffer): number {
  const [start, length] = fields.sum;
  return block.reduce((sum, byte, at) => sum + (at >= start && at < start + length ? 0x20 : byte), 0);
}
