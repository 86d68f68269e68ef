import { Counter, Histogram, type Registry } from '@instgenie/telemetry';

const seconds = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60];

/** What a gateway counts; docs/gateway.md lists it. */
export class GatewayMetrics {
  readonly edits;
  readonly duration;
  readonly phases;
  readonly moves;
  readonly refused;
  readonly tokenSteps;
  readonly httpAnswers;

  constructor(registry: Registry) {
    const registers = [registry];
    this.edits = new Counter({
      name: 'instgenie_gateway_edits_total',
      help: 'Edits that ended, by how they did and where their activations came from.',
      labelNames: ['model', 'code', 'cache'],
      registers,
    });
    this.duration = new Histogram({
      name: 'instgenie_gateway_edit_duration_seconds',
      help: 'From the call to the last result.',
      labelNames: ['model', 'mask_bucket'],
      buckets: seconds,
      enableExemplars: true,
      registers,
    });
    this.phases = new Histogram({
      name: 'instgenie_gateway_edit_phase_seconds',
      help: 'What parts of an edit took: gateway, prepare, queue, denoise, decode.',
      labelNames: ['model', 'phase'],
      buckets: [0.001, 0.003, 0.01, 0.03, ...seconds],
      registers,
    });
    this.moves = new Counter({
      name: 'instgenie_gateway_moves_total',
      help: 'Times that an edit went on on another worker.',
      labelNames: ['model'],
      registers,
    });
    this.refused = new Counter({
      name: 'instgenie_gateway_refused_total',
      help: 'Edits that nobody had room or time for, by what was lacking. Those of jobs (batch) come again by themselves.',
      labelNames: ['reason', 'priority'],
      registers,
    });
    this.tokenSteps = new Counter({
      name: 'instgenie_gateway_masked_token_steps_total',
      help: 'Masked tokens of edits that ended well, times their steps.',
      labelNames: ['model'],
      registers,
    });
    this.httpAnswers = new Counter({
      name: 'instgenie_gateway_http_answers_total',
      help: 'Answers over HTTP, by route pattern.',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
  }

  /** Edits that ended well, by where their activations came from. */
  async cacheOutcomes(): Promise<Readonly<Record<string, number>>> {
    const counts: Record<string, number> = {};
    for (const { labels, value } of (await this.edits.get()).values) {
      const { code, cache } = labels;
      if (code === 'ok' && typeof cache === 'string') counts[cache] = (counts[cache] ?? 0) + value;
    }
    return counts;
  }
}
