import { chunkAlignment, ServiceError, type VariantKey, variantKey } from '@instgenie/domain';
import { xxh64 } from '@node-rs/xxhash';
import {
  checksumBytes,
  chunkRecordBytes,
  chunksMax,
  formatVersion,
  headerBytes,
  isChunkBytes,
  stepMax,
  stepPrefixBytes,
} from './layout.ts';

/** What a step's file says of itself. */
export interface StepHeader {
  readonly key: VariantKey;
  readonly generation: string;
  readonly step: number;
  readonly chunkBytes: readonly number[];
  /** Of each chunk, see `chunkChecksum`. */
  readonly checksums: readonly bigint[];
}

// Little endian:
//   0 magic (8) | 8 version (u32) | 12 step (u32) | 16 key (32) | 48 generation (16) | 64 chunks (u32) | 68 zero (4)
//  72 for each chunk: bytes (u64), checksum (u64)
//     zeros up to whole pages, whose last 8 bytes are the xxh64 of all before
const magic = Buffer.from('IGSTEP\r\n', 'latin1');

/** Writes the header into `into`, which must have `headerBytes` of the chunk count. */
export function encodeStepHeader(header: StepHeader, into: Uint8Array): void {
  const { key, generation, step, chunkBytes, checksums } = header;
  const view = viewOf(into);
  into.fill(0);
  into.set(magic, 0);
  view.setUint32(8, formatVersion, true);
  view.setUint32(12, step, true);
  into.set(Buffer.from(key, 'hex'), 16);
  into.set(Buffer.from(generation, 'hex'), 48);
  view.setUint32(64, chunkBytes.length, true);
  for (const [chunk, bytes] of chunkBytes.entries()) {
    const at = stepPrefixBytes + chunk * chunkRecordBytes;
    view.setBigUint64(at, BigInt(bytes), true);
    view.setBigUint64(at + 8, checksums[chunk] ?? 0n, true);
  }
  view.setBigUint64(into.length - checksumBytes, ownChecksum(into), true);
}

/** How many bytes the header has that begins with this page. Throws `invalid` for a page that begins none. */
export function stepHeaderBytes(page: Uint8Array): number {
  const chunks = viewOf(page).getUint32(64, true);
  if (chunks === 0 || chunks > chunksMax) throw invalid(`has ${chunks} chunks`);
  return headerBytes(chunks);
}

/**
 * Reads a whole header; nothing in it is trusted. Throws `unsupported` for another format version and `invalid` for
 * anything else that is not a header of exactly these bytes.
 */
export function decodeStepHeader(bytes: Uint8Array): StepHeader {
  if (bytes.length < chunkAlignment || bytes.length > headerBytes(chunksMax)) throw invalid('is of no possible length');
  const view = viewOf(bytes);
  if (!magic.equals(bytes.subarray(0, magic.length))) throw invalid('does not begin like one');
  const version = view.getUint32(8, true);
  if (version !== formatVersion) {
    throw new ServiceError('unsupported', `step header: expected format ${formatVersion}, found ${version}`);
  }
  if (stepHeaderBytes(bytes) !== bytes.length) throw invalid('has another length than its chunks need');
  if (view.getBigUint64(bytes.length - checksumBytes, true) !== ownChecksum(bytes)) throw invalid('is damaged');
  const step = view.getUint32(12, true);
  if (step > stepMax) throw invalid(`is of step ${step}`);
  const table = Array.from(
    { length: view.getUint32(64, true) },
    (_, chunk) => stepPrefixBytes + chunk * chunkRecordBytes,
  );
  const chunkBytes = table.map((at) => Number(view.getBigUint64(at, true)));
  if (!chunkBytes.every(isChunkBytes)) throw invalid('has a chunk of no possible length');
  return {
    key: variantKey(hex(bytes.subarray(16, 48))),
    generation: hex(bytes.subarray(48, 64)),
    step,
    chunkBytes,
    checksums: table.map((at) => view.getBigUint64(at + 8, true)),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function ownChecksum(header: Uint8Array): bigint {
  return xxh64(header.subarray(0, -checksumBytes));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function invalid(what: string): ServiceError {
  return new ServiceError('invalid', `step header: ${what}`);
}
