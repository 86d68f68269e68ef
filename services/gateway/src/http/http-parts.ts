import type { Log } from '@instgenie/telemetry';
import type { Authenticator, Scope } from '@instgenie/tenants';
import type { FastifyInstance } from 'fastify';
import type { Editing } from '../edits/editing.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Templates } from '../templates/templates.ts';
import type { HttpLimits } from './http-limits.ts';
import type { ResultLinks } from './result-links.ts';

/** What the HTTP side stands on. */
export interface HttpParts {
  readonly editing: Editing;
  readonly templates: Templates;
  readonly jobs: Jobs;
  readonly fleet: Pick<Fleet, 'models' | 'workers' | 'isServing'>;
  readonly authenticator: Authenticator;
  readonly links: ResultLinks;
  /** What addresses of results begin with; without it, as the caller reached us. */
  readonly publicUrl?: string | undefined;
  readonly log: Log;
  readonly limits: HttpLimits;
  /** Milliseconds of the epoch. */
  readonly now: () => number;
  /** Whether `/readyz` says so; without it, while there is a worker that serves. */
  readonly isReady?: () => boolean;
  /** Edits so far by where their activations came from, such as `hit`; the console shows it. */
  readonly cacheOutcomes?: () => Promise<Readonly<Record<string, number>>>;
  /** Told of every answer; `route` is the pattern, such as `/v1/edits/:id`. */
  readonly onAnswer?: (answer: HttpAnswer) => void;
  /** Adds the console's pages. Without it there are none. */
  readonly registerConsole?: (app: FastifyInstance) => Promise<void>;
}

/** An answer, for metrics. */
export interface HttpAnswer {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

/** Who may call a route: anybody, any tenant, or those with a scope. */
export type Access = 'public' | 'tenant' | Scope;
