import { type AuditLog, actorOf, type Caller } from '@instgenie/tenants';
import type { Job, JobOrder, Jobs } from '../jobs/jobs.ts';

/** Jobs, and who submitted and cancelled them is written down. */
export class AuditedJobs implements Jobs {
  readonly #jobs: Jobs;
  readonly #audit: AuditLog;

  constructor(jobs: Jobs, audit: AuditLog) {
    this.#jobs = jobs;
    this.#audit = audit;
  }

  async submit(order: JobOrder, caller: Caller): Promise<Job> {
    const job = await this.#jobs.submit(order, caller);
    this.#note('job.submitted', job, caller);
    return job;
  }

  async cancel(id: string, caller: Caller): Promise<Job> {
    const job = await this.#jobs.cancel(id, caller);
    this.#note('job.cancelled', job, caller);
    return job;
  }

  get(...call: Parameters<Jobs['get']>): ReturnType<Jobs['get']> {
    return this.#jobs.get(...call);
  }

  list(...call: Parameters<Jobs['list']>): ReturnType<Jobs['list']> {
    return this.#jobs.list(...call);
  }

  watch(...call: Parameters<Jobs['watch']>): ReturnType<Jobs['watch']> {
    return this.#jobs.watch(...call);
  }

  result(...call: Parameters<Jobs['result']>): ReturnType<Jobs['result']> {
    return this.#jobs.result(...call);
  }

  #note(action: 'job.submitted' | 'job.cancelled', { id, items }: Job, caller: Caller): void {
    const facts = { count: items.length };
    this.#audit.record({ action, tenant: caller.tenant, by: actorOf(caller), subject: id, facts });
  }
}
