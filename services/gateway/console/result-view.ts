import type { Result } from './api.ts';
import { byId, element, milliseconds, table } from './elements.ts';

const phases = ['gateway', 'prepare', 'queue', 'denoise', 'decode'] as const;

/** Before and after, where the milliseconds went, and why that worker. */
export class ResultView {
  readonly #box = byId('compare', HTMLDivElement);
  readonly #before = byId('before', HTMLImageElement);
  readonly #after = byId('after', HTMLImageElement);
  readonly #slider = byId('slider', HTMLInputElement);
  readonly #progress = byId('progress', HTMLProgressElement);
  readonly #facts = byId('facts', HTMLDivElement);

  constructor() {
    this.#slider.addEventListener('input', () => this.#cut());
  }

  begin(before: string): void {
    this.#box.classList.remove('empty');
    this.#before.src = before;
    this.#after.src = before;
    this.#facts.replaceChildren();
    this.#progress.hidden = false;
    this.#progress.removeAttribute('value');
    this.#cut();
  }

  progress(share: number): void {
    this.#progress.value = share;
  }

  show(image: string): void {
    this.#after.src = image;
  }

  end(): void {
    this.#progress.hidden = true;
  }

  /** Adds what a finished edit says of itself. */
  tell(title: string, result: Result, image: string): void {
    const { timings_ms: times, cache, worker, mask_ratio: ratio, masked_tokens: masked, tokens, moves, seed } = result;
    const bar = element('div', { className: 'phases' });
    for (const phase of phases) {
      const part = element('i', { className: phase, title: `${phase} ${milliseconds(times[phase])}` });
      part.style.width = `${(100 * times[phase]) / Math.max(times.total, 1)}%`;
      bar.append(part);
    }
    const legend = element(
      'div',
      { className: 'legend' },
      ...phases.map((phase) =>
        element('span', {}, element('b', { className: phase }), `${phase} ${milliseconds(times[phase])}`),
      ),
    );
    const show = element('button', { type: 'button' }, 'show');
    show.addEventListener('click', () => this.show(image));
    const link = element('a', { href: image, download: `edit-${seed}.png` }, 'save');
    const facts = [
      `${milliseconds(times.total)} in all, cache ${cache}, ${worker}`,
      `${cache === 'dense' ? 'all' : masked} of ${tokens} tokens, mask ${(100 * ratio).toFixed(1)} % of the picture, seed ${seed}`,
      ...(moves === 0 ? [] : [`went on ${moves} times on another worker`]),
      ...result.warnings,
    ];
    this.#facts.append(
      element('h3', {}, `${title} `, show, ' ', link),
      bar,
      legend,
      ...facts.map((fact) => element('p', {}, fact)),
    );
    if (result.scores !== undefined) this.#facts.append(scoresOf(result.scores));
  }

  #cut(): void {
    this.#after.style.clipPath = `inset(0 0 0 ${this.#slider.value}%)`;
  }
}

function scoresOf(scores: NonNullable<Result['scores']>): HTMLElement {
  const rows = scores.map((score) => [
    score.worker,
    score.predicted_ms === null ? score.left_out : milliseconds(score.predicted_ms),
    milliseconds(score.queue_ms),
    milliseconds(score.compute_ms),
    milliseconds(score.load_ms),
    score.tier,
  ]);
  return element(
    'details',
    {},
    element('summary', {}, 'why this worker'),
    table(['worker', 'would be done in', 'waiting', 'computing', 'loading', 'activations'], rows),
  );
}
