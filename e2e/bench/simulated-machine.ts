/**
 * FLUX.1 at 1024 pixels on an H100, by what was measured there: a dense step 134 ms, a masked one at 0.11 34 ms, activations
 * of a step in 16 bits 2.9 GB, from memory at 55 GB/s. Kept in 8 bits for every 4th of 28 steps, so 10 GB a template. A
 * disk of 6 GB/s; peers at 3 GB/s, several times what one stream of gRPC brings: that spares those who miss more often.
 */
const [denseMs, maskedMs] = [134, 34];
const width = 3072;
const blocks = 57;

export const tokens = 4096;
export const textRows = 512;
export const steps = 28;
export const batchMax = 8;
/** Pictures, prompt and autoencoder, before the steps and after them. */
export const [beforeMs, afterMs] = [50, 50];
export const flopsOfRow = blocks * 24 * width * width;
export const flopsOfPair = blocks * 4 * width;
const keptEvery = 4;
/** Of a token in a step, on average. */
export const bytesOfToken = 2.9e9 / tokens / 2 / keptEvery;
export const variantBytes = bytesOfToken * tokens * steps;
/** Variants that a worker keeps: in 128 GiB of memory, and on 1 TB of disk. */
export const inMemory = Math.floor((200 * 2 ** 30) / variantBytes);
export const onDisk = Math.floor(3.5e12 / variantBytes);

function flops(masked: number): number {
  const rows = masked + textRows;
  return rows * (flopsOfRow + flopsOfPair * (tokens + textRows));
}

const maskedTokens = Math.round(0.11 * tokens);
export const msPerFlop = (denseMs - maskedMs) / (flops(tokens) - flops(maskedTokens));
export const startMs = denseMs - msPerFlop * flops(tokens);

/** What an edit of so many masked tokens adds to a step, ms. */
export function rowsMs(masked: number): number {
  return msPerFlop * flops(masked);
}

export const loadMsPerByte = { memory: 1 / 55e6, disk: 1 / 6e6, peer: 1 / 3e6 } as const;
/** Loading what a step needs, ms. */
export const stepLoadMs = {
  memory: bytesOfToken * tokens * loadMsPerByte.memory,
  disk: bytesOfToken * tokens * loadMsPerByte.disk,
  peer: bytesOfToken * tokens * loadMsPerByte.peer,
} as const;

/** Edits of these masks that a worker does in a millisecond, with always enough of them there and all they need in memory. */
export function capacityPerMs(masks: readonly number[]): number {
  const meanMs = masks.reduce((sum, masked) => sum + rowsMs(masked), 0) / masks.length;
  return 1 / (steps * (startMs / batchMax + meanMs));
}
