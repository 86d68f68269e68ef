import type { Span } from '@instgenie/telemetry';
import type { EditNews, Feed } from './edit-feed.ts';

/** What a caller gave an edit. */
export interface EditCall {
  /** Unique in the worker. */
  readonly key: string;
  readonly feed: Pick<Feed<EditNews>, 'push'>;
  readonly signal: AbortSignal;
  /** On the worker's clock. */
  readonly deadlineMs: number;
  readonly span: Span;
}
