import { readFile } from 'node:fs/promises';
import { type DashboardFile } from '@instgenie/dashboards';
import { parse } from 'yaml';
import type { PrometheusServer, Series } from './prometheus-server.ts';

/** A query that must have an answer. */
export interface Asked {
  /** Where it stands. */
  readonly where: string;
  readonly query: string;
}

export interface Window {
  /** Seconds of the epoch. */
  readonly from: number;
  readonly to: number;
}

/** As much of a dashboard as is read here. */
export interface Dashboard {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly type: string;
    readonly fieldConfig: { readonly defaults: { readonly unit?: string } };
    readonly targets: readonly { readonly expr: string; readonly legendFormat?: string }[];
  }[];
}

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert?: string; readonly record?: string; readonly expr: string }[];
  }[];
}

/** Queries of all panels, with what Grafana fills in. */
export function panelQueries(files: readonly DashboardFile[], rateWindow: string): readonly Asked[] {
  return files.flatMap(({ text }) => {
    const { title, panels } = JSON.parse(text) as Dashboard;
    return panels.flatMap((panel) =>
      panel.targets.map(({ expr }, at) => ({
        where: `${title} / ${panel.title} / ${String.fromCodePoint(65 + at)}`,
        query: filled(expr, rateWindow),
      })),
    );
  });
}

/** A panel's query with what Grafana fills in. */
export function filled(expr: string, rateWindow: string): string {
  return expr.replaceAll('$__rate_interval', rateWindow).replaceAll('$model', '.*').replaceAll('$price', '3');
}

/** What rules look at: alerts without their bounds, which a healthy system does not pass. */
export async function ruleQueries(paths: readonly string[]): Promise<readonly Asked[]> {
  const files = await Promise.all(paths.map(async (path) => parse(await readFile(path, 'utf8')) as RuleFile));
  return files.flatMap(({ groups }) =>
    groups.flatMap(({ rules }) =>
      rules.map(({ alert, record, expr }) => ({ where: `rule ${alert ?? record}`, query: withoutBounds(expr) })),
    ),
  );
}

/** `a > 1 and b > 1` becomes `a and b`; what is absent in an alarm is there otherwise. */
export function withoutBounds(expr: string): string {
  return expr.replaceAll(/ (?:[<>]=?|==) [\d.]+/g, '').replace(/^absent\((.*)\)$/, '$1');
}

/** Why a query is wrong; undefined for one that is right. */
export async function findFault(
  prometheus: PrometheusServer,
  { query }: Asked,
  { window, known }: { readonly window: Window; readonly known: ReadonlySet<string> },
): Promise<string | undefined> {
  const unknown = metricsOf(query).filter((name) => !known.has(name));
  if (unknown.length > 0) return `unknown: ${unknown.join(', ')}`;
  const answer = await prometheus.range(query, window);
  return answer.some(hasFigure) ? undefined : `no answer to ${query}`;
}

export function metricsOf(query: string): readonly string[] {
  return [...new Set(query.match(/\b(?:instgenie|nodejs|process)[_:][a-z0-9_:]+/g))];
}

function hasFigure({ values }: Series): boolean {
  return values.some(([, value]) => Number.isFinite(Number(value)));
}
