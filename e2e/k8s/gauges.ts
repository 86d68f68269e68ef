/** The value of a metric in a Prometheus text, by its name and, if it has any, its labels; NaN where it is not there. */
export function gauge(text: string, series: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? Number.NaN : Number(line.slice(series.length + 1));
}
