import { type Clock, systemClock } from '@instgenie/domain';
import { healthService, type RpcServer, readTls, reflectionServices, serve } from '@instgenie/rpc';
import {
  countSpans,
  type OpsServer,
  openLog,
  openMetrics,
  openTracing,
  readGauge,
  serveOps,
} from '@instgenie/telemetry';
import { Balancer } from './balancer.ts';
import { BalancerMetrics } from './balancer-metrics.ts';
import { balancerService } from './balancer-service.ts';
import type { BalancerConfig } from './config.ts';
import { sayDeletionCosts } from './scaling/say-deletion-costs.ts';
import { serveExternalMetrics } from './scaling/serve-external-metrics.ts';
import type { Discovery } from './watching/discovery.ts';
import { type OpenedDiscovery, openDiscovery } from './watching/open-discovery.ts';
import { usualWatch, WorkerWatch } from './watching/watch-workers.ts';

const service = 'instgenie-balancer';
const protos = ['instgenie/balancer/v1/balancer.proto'];
const served = ['instgenie.balancer.v1.BalancerService'];

const queueHelp = 'Seconds of work that waits for the workers of a model, as one worker would take.';

/** A balancer that is served. */
export interface ServedBalancer extends AsyncDisposable {
  readonly core: Balancer;
  readonly rpc: RpcServer;
  readonly ops: OpsServer;
  /** Says that it does not serve any more; calls that run may end while it is disposed of. */
  stop(): Promise<void>;
}

export interface ServeParts {
  readonly clock?: Clock;
  readonly discovery?: Discovery;
}

/** Opens a balancer and serves it. Throws where a setting cannot be met. */
export async function serveBalancer(config: BalancerConfig, parts: ServeParts = {}): Promise<ServedBalancer> {
  const { clock = systemClock } = parts;
  const registry = openMetrics();
  const { endpoint, editShare } = config.traces;
  const named = { service, instance: config.id };
  const log = openLog({ ...named, level: config.log });
  await using cleanup = new AsyncDisposableStack();
  const shares = { sampleShare: editShare, stepShare: 0 };
  const tracing = cleanup.use(openTracing({ ...named, ...shares, ...(endpoint === undefined ? {} : { endpoint }) }));
  countSpans(registry, tracing);
  const found = parts.discovery;
  const { discovery, pods }: OpenedDiscovery =
    found === undefined ? await openDiscovery(config, { clock, log, registry }) : { discovery: found };
  const tls = config.tls === undefined ? undefined : await readTls(config.tls);
  const internalTls = config.internalTls === undefined ? undefined : await readTls(config.internalTls);
  const health = healthService(served);
  let isReady = false;
  const ops = cleanup.use(await serveOps(config.ops, { registry, isReady: () => isReady }));
  const core = cleanup.use(
    new Balancer(config, { clock, log, tracing, metrics: (states) => new BalancerMetrics(registry, states) }),
  );
  cleanup.use(
    new WorkerWatch(discovery, core, {
      ...usualWatch,
      clock,
      ...(internalTls === undefined ? {} : { connect: { tls: internalTls } }),
    }),
  );
  readGauge(registry, { name: 'pool_queue_seconds', help: queueHelp, label: 'model' }, () =>
    core.queues().map(({ model, seconds }) => [seconds, model] as const),
  );
  if (pods !== undefined) {
    const stopped = new AbortController();
    const saying = sayDeletionCosts({ pods, snapshot: () => core.snapshot, clock, log }, stopped.signal);
    cleanup.defer(async () => {
      stopped.abort();
      await saying;
    });
  }
  const { externalMetrics } = config;
  if (externalMetrics !== undefined) {
    cleanup.use(await serveExternalMetrics(externalMetrics, { queues: () => core.queues(), nowMs: Date.now }));
  }
  const rpc = cleanup.use(
    await serve(
      config.listen,
      {
        services: [balancerService(core), health.service, ...(config.reflection ? reflectionServices(protos) : [])],
        limits: { drainMs: config.drainMs },
        ...(tls === undefined ? {} : { tls }),
      },
      new AbortController().signal,
    ),
  );
  const setReady = (ready: boolean) => {
    isReady = ready;
    health.set(ready);
  };
  setReady(true);
  const how = config.discovery?.kind ?? 'static';
  log.info({ port: rpc.port, ops: ops.port, discovery: how, policy: config.policy }, 'serving');
  const rest = cleanup.move();
  return {
    core,
    rpc,
    ops,
    stop: async () => {
      setReady(false);
      log.info({}, 'leaving');
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}
