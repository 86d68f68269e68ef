/** Parts of queries. `$model` and `$__rate_interval` are filled by Grafana. */
const every = '$__rate_interval';
const model = 'model=~"$model"';

const braces = (labels: readonly string[]) => (labels.length === 0 ? '' : `{${labels.join(', ')}}`);
const grouped = (by: readonly string[]) => (by.length === 0 ? 'sum' : `sum by (${by.join(', ')})`);

interface Selection {
  /** Labels that are kept. */
  readonly by?: readonly string[];
  /** Matchers, such as `code="ok"`. */
  readonly where?: readonly string[];
}

/** What happens in a second. */
export function perSecond(counter: string, { by = [], where = [] }: Selection = {}): string {
  return `${grouped(by)} (rate(${counter}${braces(where)}[${every}]))`;
}

/** The same, of the chosen models. */
export function perSecondOfModel(counter: string, { by = [], where = [] }: Selection = {}): string {
  return perSecond(counter, { by, where: [model, ...where] });
}

/** A quantile of a histogram. */
export function quantile(share: number, histogram: string, { by = [], where = [] }: Selection = {}): string {
  return `histogram_quantile(${share}, ${perSecond(`${histogram}_bucket`, { by: ['le', ...by], where })})`;
}

export function quantileOfModel(share: number, histogram: string, { by = [], where = [] }: Selection = {}): string {
  return quantile(share, histogram, { by, where: [model, ...where] });
}

/** The mean of a histogram. */
export function mean(histogram: string, { by = [], where = [] }: Selection = {}): string {
  const selection = { by, where };
  return `${perSecond(`${histogram}_sum`, selection)} / ${perSecond(`${histogram}_count`, selection)}`;
}

export function meanOfModel(histogram: string, { by = [], where = [] }: Selection = {}): string {
  return mean(histogram, { by, where: [model, ...where] });
}

/** A gauge of all processes together. */
export function total(gauge: string, { by = [], where = [] }: Selection = {}): string {
  return `${grouped(by)} (${gauge}${braces(where)})`;
}

export function totalOfModel(gauge: string, { by = [], where = [] }: Selection = {}): string {
  return total(gauge, { by, where: [model, ...where] });
}
