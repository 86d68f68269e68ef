import { createHash } from 'node:crypto';
import type { FleetWorker, PickOrder } from './fleet.ts';

/**
 * The worker to send an edit to while no balancer answers: of those that serve its model and have not failed it, one of
 * the least busy with what this gateway has sent; among these the template's own (rendezvous hashing), so that its
 * activations stay in one place. Undefined where there is none. Pure.
 */
export function chooseAlone(
  order: Pick<PickOrder, 'model' | 'affinity' | 'excluded'>,
  workers: readonly FleetWorker[],
  sent: ReadonlyMap<string, number>,
): FleetWorker | undefined {
  const able = workers.filter(
    ({ worker, isServing, isEjected, models }) =>
      isServing && !isEjected && !order.excluded.includes(worker) && models.some(({ name }) => name === order.model),
  );
  const busy = (worker: FleetWorker) => Math.floor((sent.get(worker.worker) ?? 0) / 2);
  const least = Math.min(...able.map(busy));
  return able
    .filter((worker) => busy(worker) === least)
    .map((worker) => ({ worker, rank: rankOf(order.affinity, worker.worker) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))[0]?.worker;
}

function rankOf(affinity: string, worker: string): string {
  return createHash('sha256').update(`${affinity}\0${worker}`).digest('hex');
}
