import { addressText, byteCount, modelName } from '@instgenie/config';
import { z } from 'zod';

const costMs = z.number().min(0).max(60_000);
const count = z.number().int().min(0).max(1_000_000);

/**
 * Settings of a simulated worker. Costs are those of FLUX.1 at 1024 pixels on an H100 (a dense step 134 ms, at mask ratio
 * 0.11 34 ms), for a window of `side` pixels; `timeScale` makes all of them smaller.
 */
export const simulatedConfig = z.strictObject({
  id: modelName.default('simulated'),
  listen: addressText.default('127.0.0.1:0'),
  ops: addressText.default('127.0.0.1:0'),
  model: modelName.default('simulated'),
  side: z
    .number()
    .int()
    .min(16)
    .max(4096)
    .multipleOf(16)
    .default(256)
    .describe('Longest side that it runs at, pixels.'),
  steps: z.number().int().min(1).max(1000).default(28).describe('Where a request says none.'),
  batchMax: z.number().int().min(1).max(64).default(8),
  timeScale: z.number().gt(0).max(100).default(1).describe('All costs are multiplied by it.'),
  slowFactor: z.number().gt(0).max(100).default(1).describe('Steps take so much longer than others of this kind.'),
  costs: z
    .strictObject({
      startMs: costMs.default(7.6).describe('Of a step, beside its rows.'),
      denseMs: costMs.default(126).describe('Of all rows of the window, beside the start.'),
      loadMs: costMs.default(40).describe('Activations of a step from disk.'),
      encodeMs: costMs.default(30),
      decodeMs: costMs.default(40),
    })
    .prefault({}),
  store: z
    .strictObject({
      memoryMax: count.default(64).describe('Variants in memory.'),
      diskMax: count.default(512).describe('Variants on disk.'),
      variantBytes: byteCount.default(4 * 1024 ** 2),
    })
    .prefault({}),
  edits: z
    .strictObject({
      max: z.number().int().min(1).max(4096).default(64),
      deadlineMs: z.number().int().min(1).default(60_000),
    })
    .prefault({}),
  resultBytes: byteCount.default(0).describe('Results are made at least this long.'),
  failAfter: count.default(0).describe('Ends as in a crash after so many edits; 0: never.'),
  poisonPrompt: z.string().default('').describe('Ends as in a crash at the first step of an edit with this prompt.'),
  blobs: z.string().optional().describe('Where stored pictures are; read only for edits without a mask.'),
  drainMs: z.number().int().min(0).default(30_000),
  loadBeatMs: z.number().int().min(10).max(500).default(250),
  log: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type SimulatedConfig = z.output<typeof simulatedConfig>;
