import type {
  Timestamp as _google_protobuf_Timestamp,
  Timestamp__Output as _google_protobuf_Timestamp__Output,
} from '../../google/protobuf/Timestamp.ts';
import type {
  JobItem as _instgenie_v1_JobItem,
  JobItem__Output as _instgenie_v1_JobItem__Output,
} from '../../instgenie/v1/JobItem.ts';
import type {
  JobState as _instgenie_v1_JobState,
  JobState__Output as _instgenie_v1_JobState__Output,
} from '../../instgenie/v1/JobState.ts';

/**
 * One edit or many in the background.
 */
export interface Job {
  /**
   * 32 lower-case hexadecimal digits.
   */
  jobId?: string;
  /**
   * As asked.
   */
  requestId?: string;
  /**
   * Where it is.
   */
  state?: _instgenie_v1_JobState;
  /**
   * Its edits, in the order they were sent.
   */
  items?: _instgenie_v1_JobItem[];
  /**
   * When it was taken.
   */
  createTime?: _google_protobuf_Timestamp | null;
  /**
   * When it ended.
   */
  endTime?: _google_protobuf_Timestamp | null;
  /**
   * When it and its results are deleted.
   */
  expireTime?: _google_protobuf_Timestamp | null;
  /**
   * How many jobs are ahead of it, while it waits.
   */
  position?: number;
  /**
   * Whether its webhook was told of its end.
   */
  isWebhookDelivered?: boolean;
}

/**
 * One edit or many in the background.
 */
export interface Job__Output {
  /**
   * 32 lower-case hexadecimal digits.
   */
  jobId: string;
  /**
   * As asked.
   */
  requestId: string;
  /**
   * Where it is.
   */
  state: _instgenie_v1_JobState__Output;
  /**
   * Its edits, in the order they were sent.
   */
  items: _instgenie_v1_JobItem__Output[];
  /**
   * When it was taken.
   */
  createTime: _google_protobuf_Timestamp__Output | null;
  /**
   * When it ended.
   */
  endTime: _google_protobuf_Timestamp__Output | null;
  /**
   * When it and its results are deleted.
   */
  expireTime: _google_protobuf_Timestamp__Output | null;
  /**
   * How many jobs are ahead of it, while it waits.
   */
  position: number;
  /**
   * Whether its webhook was told of its end.
   */
  isWebhookDelivered: boolean;
}
