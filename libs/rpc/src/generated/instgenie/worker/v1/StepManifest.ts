/**
 * A kept step of a variant.
 */
export interface StepManifest {
  /**
   * Counted from 0 in the schedule.
   */
  step?: number;
  /**
   * The checksum of each chunk in order, 8 bytes each, big-endian: xxh64 of the bytes, seeded by the chunk's name.
   */
  checksums?: Buffer | Uint8Array | string;
}

/**
 * A kept step of a variant.
 */
export interface StepManifest__Output {
  /**
   * Counted from 0 in the schedule.
   */
  step: number;
  /**
   * The checksum of each chunk in order, 8 bytes each, big-endian: xxh64 of the bytes, seeded by the chunk's name.
   */
  checksums: Buffer;
}
