import { type FleetWorker, workerState } from '../deployment/fleet.ts';
import { type Check, judged } from './check.ts';

/** What a balancer knows of the workers. Pure. */
export function checkFleet(workers: readonly FleetWorker[]): readonly Check[] {
  const states = new Map<string, string[]>();
  for (const worker of workers) {
    const state = workerState(worker);
    states.set(state, [...(states.get(state) ?? []), worker.worker]);
  }
  const serving = states.get('serving')?.length ?? 0;
  const others = [...states].filter(([state]) => state !== 'serving');
  const text = [
    `${serving} of ${workers.length} serve`,
    ...others.map(([state, names]) => `${state}: ${names.join(', ')}`),
  ];
  return [
    judged('workers', text.join('; '), [
      ['fail', workers.length === 0, 'start workers, and see that the balancer finds them (`workers` or `discovery`)'],
      ['fail', serving === 0, 'nobody takes edits: look at the logs of the workers'],
      ['warn', others.length > 0, '`instgenie worker uncordon NAME`, or look at the logs of those'],
    ]),
    ...modelsOf(workers).map(checkFingerprints),
  ];
}

type Model = readonly [name: string, byFingerprint: ReadonlyMap<string, readonly string[]>];

function modelsOf(workers: readonly FleetWorker[]): readonly Model[] {
  const models = new Map<string, Map<string, string[]>>();
  for (const { worker, models: served } of workers) {
    for (const { name, fingerprint } of served) {
      const found = models.get(name) ?? new Map<string, string[]>();
      models.set(name, found);
      // Without one it is not loaded yet.
      if (fingerprint !== '') found.set(fingerprint, [...(found.get(fingerprint) ?? []), worker]);
    }
  }
  return [...models];
}

function checkFingerprints([name, byFingerprint]: Model): Check {
  const groups = [...byFingerprint.values()];
  const engines = groups.map((names) => names.join(', ')).join(' | ');
  const text =
    groups.length <= 1 ? `one engine on all workers that have loaded it` : `${groups.length} engines: ${engines}`;
  const fix =
    'edits that move between these may end with other bytes, and activations are not shared: give all workers of a model the same version, provider and instruction set';
  return judged(`model ${name}`, text, [
    ['warn', groups.length === 0, 'no worker has loaded it yet: prime a template or edit one'],
    ['warn', groups.length > 1, fix],
  ]);
}
