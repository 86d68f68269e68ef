import type { Template } from '@instgenie/engine';
import type { JobResult } from './run-job.ts';

/** What the runs of one command line made. */
export interface EditsDone {
  readonly template: Template;
  readonly templateMs: number;
  /** Undefined where nothing was primed. */
  readonly prime: { readonly ms: number; readonly bytes: number } | undefined;
  /** The result that was asked for; of a comparison the masked one. */
  readonly edited: JobResult;
  /** Of a comparison. */
  readonly dense: JobResult | undefined;
}
