import { setTimeout as pause } from 'node:timers/promises';
import { openBlobs } from '@instgenie/blobs';
import { systemClock } from '@instgenie/domain';
import { RedisIndex } from '@instgenie/index';
import {
  type Health,
  healthService,
  publicProtos,
  type RpcServer,
  readTls,
  reflectionServices,
  serve,
} from '@instgenie/rpc';
import {
  countSpans,
  type Log,
  type OpsServer,
  openLog,
  openMetrics,
  openTracing,
  serveOps,
} from '@instgenie/telemetry';
import { editService } from './api/edit-service.ts';
import { jobService } from './api/job-service.ts';
import { modelService } from './api/model-service.ts';
import { templateService } from './api/template-service.ts';
import type { GatewayConfig } from './config.ts';
import { registerConsole } from './console/register-console.ts';
import { editWatch } from './edit-telemetry.ts';
import { EditDesk } from './edits/edit-desk.ts';
import { RetryBudget } from './edits/retry-budget.ts';
import { BalancerFleet } from './fleet/balancer-fleet.ts';
import { gaugeGateway } from './gateway-gauges.ts';
import { GatewayMetrics } from './gateway-metrics.ts';
import { limitsOf } from './http/http-limits.ts';
import { ResultLinks } from './http/result-links.ts';
import { type HttpServer, serveHttp } from './http/serve-http.ts';
import { JobDesk } from './jobs/job-desk.ts';
import { noJobs } from './jobs/no-jobs.ts';
import { reportWaiting } from './jobs/report-waiting.ts';
import { readWebhookSecret } from './jobs/webhooks/sign-webhook.ts';
import { PictureReader } from './pictures/picture-reader.ts';
import { CanaryPrimer } from './templates/canary-primer.ts';
import { TemplateDesk } from './templates/template-desk.ts';
import { TemplateSweeper } from './templates/template-sweeper.ts';
import { AuditedJobs } from './tenancy/audited-jobs.ts';
import { AuditedTemplates } from './tenancy/audited-templates.ts';
import { openTenancy } from './tenancy/open-tenancy.ts';

const service = 'instgenie-gateway';
const served = ['Edit', 'Template', 'Job', 'Model'].map((name) => `instgenie.v1.${name}Service`);
/** A worker of which nothing is heard for so long is lost: it says something twice a second. */
const silentMs = 2500;
const readyMs = 200;

/** A gateway that is served. */
export interface ServedGateway extends AsyncDisposable {
  readonly rpc: RpcServer;
  readonly http: HttpServer;
  readonly ops: OpsServer;
  /** Takes nobody new, and lets calls end for the time that is configured. */
  stop(): Promise<void>;
}

/** Opens a gateway and serves it; it is ready while a worker is. Throws where a setting cannot be met. */
export async function serveGateway(config: GatewayConfig): Promise<ServedGateway> {
  const named = { service, instance: config.id };
  const log = openLog({ ...named, level: config.log });
  const registry = openMetrics();
  const metrics = new GatewayMetrics(registry);
  await using cleanup = new AsyncDisposableStack();
  const { endpoint, editShare: sampleShare } = config.traces;
  const tracing = cleanup.use(
    openTracing({ ...named, sampleShare, stepShare: 0, ...(endpoint === undefined ? {} : { endpoint }) }),
  );
  const tls = config.tls === undefined ? undefined : await readTls(config.tls);
  const internal = config.internalTls === undefined ? {} : { tls: await readTls(config.internalTls) };
  const blobs = openBlobs(config.blobs);
  const clock = systemClock;
  const now = Date.now;

  const fleet = cleanup.use(
    new BalancerFleet({
      gateway: config.id,
      balancers: config.balancers,
      models: config.models,
      connect: internal,
      clock,
      log,
    }),
  );
  const names = { aliases: config.aliases, canaries: config.canary };
  const index = config.redis === undefined ? undefined : cleanup.use(new RedisIndex(config.redis));
  const pictures = cleanup.use(
    new PictureReader({
      threads: config.pictures.threads,
      bytesMax: Math.max(config.pictures.bytesMax, config.pictures.httpBytesMax),
      maskBytesMax: config.pictures.maskBytesMax,
    }),
  );
  const tenancy = cleanup.use(openTenancy(config, { blobs, clock, nowMs: now, log }));
  const desk = cleanup.use(
    new TemplateDesk({
      blobs,
      fleet,
      names,
      index,
      reader: pictures,
      guards: tenancy.guards,
      settings: config.templates,
      now,
      log,
    }),
  );
  cleanup.use(new TemplateSweeper({ templates: desk, blobs, now, log })).start();
  cleanup.use(new CanaryPrimer({ templates: desk, fleet, canaries: names.canaries, blobs, now, log })).start();
  const templates = new AuditedTemplates(desk, tenancy.audit);
  const budget = new RetryBudget(clock);
  const editing = new EditDesk(
    { fleet, names, templates, pictures, guards: tenancy.guards, clock, budget, silentMs, settings: config.edits },
    config.edits,
    editWatch({ tracing, metrics, log }),
  );
  const jobDesk = await openJobs(config, { blobs, editing, log, cleanup });
  if (jobDesk !== undefined) {
    const stopped = new AbortController();
    const reporting = reportWaiting({ jobs: jobDesk, fleet }, stopped.signal);
    cleanup.defer(async () => {
      stopped.abort();
      await reporting;
    });
  }
  const jobs = new AuditedJobs(jobDesk ?? noJobs, tenancy.audit);
  const { authenticator } = tenancy;
  const { deadlineMs } = config.edits;
  const { bytesMax: pictureBytesMax, maskBytesMax } = config.pictures;
  const limits = { pictureBytesMax, maskBytesMax, deadlineMs };

  gaugeGateway(registry, { editing, budget, fleet, index, jobs: jobDesk, now });
  countSpans(registry, tracing);

  const state = { isLeaving: false };
  const isReady = () => !state.isLeaving && (fleet.isServing || config.models.length > 0);
  const ops = cleanup.use(await serveOps(config.ops, { registry, isReady }));
  const health = healthService(served);
  const rpc = cleanup.use(
    await serve(
      config.listen,
      {
        services: [
          editService({ editing, authenticator, limits }),
          templateService({ templates, authenticator, limits }),
          jobService({ jobs, authenticator, limits }),
          modelService({ fleet, authenticator }),
          health.service,
          ...(config.reflection ? reflectionServices(publicProtos) : []),
        ],
        ...(tls === undefined ? {} : { tls }),
        limits: { drainMs: config.drainMs },
      },
      new AbortController().signal,
    ),
  );
  const http = cleanup.use(
    await serveHttp(
      config.http,
      {
        editing,
        templates,
        jobs,
        fleet,
        authenticator,
        links: new ResultLinks({ blobs, now }),
        publicUrl: config.publicUrl,
        log,
        limits: limitsOf(config),
        now,
        tls,
        isReady,
        cacheOutcomes: () => metrics.cacheOutcomes(),
        onAnswer: ({ method, route, status }) => metrics.httpAnswers.inc({ method, route, status }),
        ...(config.console ? { registerConsole } : {}),
      },
      new AbortController().signal,
    ),
  );
  const watching = watchReady(health, { isReady, stop: cleanup });
  log.info({ port: rpc.port, http: http.port, ops: ops.port }, 'serving');
  const rest = cleanup.move();
  return {
    rpc,
    http,
    ops,
    stop: async () => {
      state.isLeaving = true;
      health.set(false);
      log.info({ edits: editing.count }, 'leaving');
      const closed = Promise.all([rpc[Symbol.asyncDispose](), http[Symbol.asyncDispose](), jobDesk?.leave()]);
      const cut = setTimeout(() => editing.endAll(), config.drainMs);
      await editing.empty();
      await closed;
      clearTimeout(cut);
    },
    [Symbol.asyncDispose]: async () => {
      editing.endAll();
      await editing.empty();
      await rest.disposeAsync();
      await watching;
    },
  };
}

async function openJobs(
  { redis, jobs }: GatewayConfig,
  {
    blobs,
    editing,
    log,
    cleanup,
  }: {
    readonly blobs: ReturnType<typeof openBlobs>;
    readonly editing: EditDesk;
    readonly log: Log;
    readonly cleanup: AsyncDisposableStack;
  },
): Promise<JobDesk | undefined> {
  if (redis === undefined) return undefined;
  const { webhookSecretFile, ...limits } = jobs;
  const webhookSecret = webhookSecretFile === undefined ? undefined : await readWebhookSecret(webhookSecretFile);
  const settings = { ...limits, webhookSecret };
  return cleanup.use(new JobDesk({ redis, blobs, editing, settings, log }));
}

/** Health as it changes: a worker that comes or goes is seen at once. */
async function watchReady(
  health: Health,
  { isReady, stop }: { readonly isReady: () => boolean; readonly stop: AsyncDisposableStack },
): Promise<void> {
  const ended = new AbortController();
  stop.defer(async () => ended.abort());
  while (!ended.signal.aborted) {
    health.set(isReady());
    await pause(readyMs, undefined, { signal: ended.signal }).catch(() => undefined);
  }
}
