/** An edit as the queue sees it. */
export interface QueuedEdit {
  readonly item: number;
  readonly priority: 'interactive' | 'normal' | 'batch';
}

const places = { interactive: 1, normal: 500_001, batch: 1_000_001 } as const;
const placeMax = 499_999;

/**
 * BullMQ's priority of an edit (1 to 2^21, the lowest first) before which so many of its tenant wait: a tenant's tenth
 * edit goes behind everybody's ninth, so a long line of one holds up nobody else's short one.
 */
export function placeInLine({ priority }: QueuedEdit, waiting: number): number {
  return places[priority] + Math.min(waiting, placeMax);
}
