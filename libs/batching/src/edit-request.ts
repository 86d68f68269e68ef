/** How urgent an edit is. `batch` edits run when nothing else wants to. */
export const priorities = ['interactive', 'normal', 'batch'] as const;
export type Priority = (typeof priorities)[number];

/** What a batcher has to know of an edit. */
export interface EditRequest {
  readonly id: string;
  readonly tenant: string;
  readonly priority: Priority;
  /** When the answer is worth nothing any more, on the batcher's clock. */
  readonly deadlineMs?: number;
  readonly maskedTokens: number;
  readonly stepsTotal: number;
  /** Above 0 for an edit that goes on from a checkpoint. */
  readonly stepsDone: number;
  /** What its steps load: edits of one variant share loads where they run the same step. */
  readonly variant?: string;
  /** Memory that it takes while it runs. */
  readonly bytes: number;
}

/** An edit in a batcher: in exactly one of the waiting line and the batch. */
export interface BatchedEdit {
  readonly request: EditRequest;
  readonly arrivedMs: number;
  /** Place in the order of arrival. */
  readonly place: number;
  stepsDone: number;
}

export function stepsLeft({ request, stepsDone }: Pick<BatchedEdit, 'request' | 'stepsDone'>): number {
  return request.stepsTotal - stepsDone;
}
