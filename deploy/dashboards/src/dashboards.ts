import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { anatomy } from './anatomy.ts';
import { balancing } from './balancing.ts';
import { batching } from './batching.ts';
import { cache } from './cache.ts';
import { capacity } from './capacity.ts';
import { overview } from './overview.ts';
import { type PanelBuilder, source } from './panels.ts';

/** A dashboard: what it answers, and panels in reading order. */
export interface DashboardSpec {
  /** Of its file and address. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** Whether queries use `$price`, of a worker's hour. */
  readonly hasPrice?: boolean;
  readonly panels: readonly PanelBuilder[];
}

export interface DashboardFile {
  readonly name: string;
  readonly text: string;
}

const tag = 'instgenie';
const usualPrice = '3';

/** All dashboards as Grafana reads them. */
export function dashboardFiles(): readonly DashboardFile[] {
  return [overview, anatomy, cache, batching, balancing, capacity].map((spec) => ({
    name: `${spec.name}.json`,
    text: `${JSON.stringify(build(spec), undefined, 2)}\n`,
  }));
}

function build({ name, title, about, hasPrice = false, panels }: DashboardSpec) {
  const dashboard = new DashboardBuilder(`InstGenIE / ${title}`)
    .uid(`instgenie-${name}`)
    .description(about)
    .tags([tag])
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .link(
      new DashboardLinkBuilder('InstGenIE')
        .type(DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(true)
        .keepTime(true),
    )
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('model')
        .label('Model')
        .datasource(source)
        .query({ query: 'label_values(instgenie_gateway_edits_total, model)', refId: 'models' })
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .includeAll(true)
        .allValue('.*')
        .multi(true)
        .current({ selected: true, text: ['All'], value: ['$__all'] }),
    );
  if (hasPrice) {
    dashboard.withVariable(
      new TextBoxVariableBuilder('price').label('Price of a worker’s hour').defaultValue(usualPrice),
    );
  }
  for (const panel of panels) dashboard.withPanel(panel);
  return dashboard.build();
}
