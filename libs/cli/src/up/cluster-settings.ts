/** What a cluster on one machine is made of. */
export interface ClusterPlan {
  readonly model: { readonly name: string; readonly folder: string };
  readonly workers: number;
  /** Of one kernel, in each worker. */
  readonly threads: number;
  readonly folder: string;
  readonly modelCache: string | undefined;
  readonly redis: string;
  readonly http: number;
  readonly grpc: number;
  readonly auth: 'none' | 'required';
  /** Bytes on disk of each worker. */
  readonly diskBytes: number;
  readonly ports: {
    readonly balancer: readonly [grpc: number, ops: number];
    readonly gatewayOps: number;
    readonly workers: readonly (readonly [grpc: number, ops: number])[];
  };
}

const host = '127.0.0.1';

/** Settings of the worker with this number, counted from 0. Pure, like the others. */
export function workerSettings(plan: ClusterPlan, index: number): readonly string[] {
  const [grpc, ops] = plan.ports.workers[index] ?? [0, 0];
  return [
    `id=worker-${index + 1}`,
    `listen=${host}:${grpc}`,
    `ops=${host}:${ops}`,
    `models=${JSON.stringify([{ ...plan.model, threads: plan.threads }])}`,
    `store.folder=${JSON.stringify(`${plan.folder}/workers/${index + 1}`)}`,
    `store.disk=${plan.diskBytes}`,
    `redis=${JSON.stringify(plan.redis)}`,
    `blobs=${JSON.stringify(blobsOf(plan))}`,
    `tenantSecretFile=${JSON.stringify(secretFile(plan.folder, 'tenants'))}`,
    ...(plan.modelCache === undefined ? [] : [`modelCache=${JSON.stringify(plan.modelCache)}`]),
  ];
}

export function balancerSettings(plan: ClusterPlan): readonly string[] {
  const [grpc, ops] = plan.ports.balancer;
  const workers = plan.ports.workers.map(([port]) => `${host}:${port}`);
  return ['id=balancer-1', `listen=${host}:${grpc}`, `ops=${host}:${ops}`, `workers=${JSON.stringify(workers)}`];
}

export function gatewaySettings(plan: ClusterPlan): readonly string[] {
  return [
    'id=gateway-1',
    `listen=${host}:${plan.grpc}`,
    `http=${host}:${plan.http}`,
    `ops=${host}:${plan.ports.gatewayOps}`,
    `balancers=${JSON.stringify([`${host}:${plan.ports.balancer[0]}`])}`,
    `blobs=${JSON.stringify(blobsOf(plan))}`,
    `redis=${JSON.stringify(plan.redis)}`,
    `auth.mode=${plan.auth}`,
    'reflection=true',
    'jobs.webhookHttp=true',
    `jobs.webhookSecretFile=${JSON.stringify(secretFile(plan.folder, 'webhooks'))}`,
  ];
}

export function blobsOf({ folder }: Pick<ClusterPlan, 'folder'>): string {
  return `${folder}/blobs`;
}

export function secretFile(folder: string, name: 'tenants' | 'webhooks'): string {
  return `${folder}/secrets/${name}`;
}
