import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BigValueColorMode,
  BigValueGraphMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { type Panel, ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Heatmap, HeatmapColorOptionsBuilder } from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';

export const source = { type: 'prometheus', uid: '${datasource}' } as const;

/** What is asked, and what the answer is called; `{{label}}` in it stands for a label's value. */
export interface Query {
  readonly expr: string;
  readonly legend?: string;
  /** Points with a trace behind them are shown. */
  readonly hasExemplars?: boolean;
}

interface PanelFacts {
  readonly title: string;
  /** What one sees, and what to think of it. */
  readonly about: string;
  readonly unit: string;
  /** Of the dashboard's 24 columns. */
  readonly width?: number;
  readonly queries: readonly Query[];
}

export interface PanelBuilder {
  build(): Panel;
}

const height = 8;
const statHeight = 4;

/** Lines over time; `stacked` where they are parts of a whole. */
export function lines({ stacked = false, ...facts }: PanelFacts & { readonly stacked?: boolean }): PanelBuilder {
  const panel = new TimeSeries()
    .title(facts.title)
    .description(facts.about)
    .datasource(source)
    .unit(facts.unit)
    .height(height)
    .span(facts.width ?? 12)
    .min(0)
    .lineWidth(1)
    .fillOpacity(stacked ? 40 : 8)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .targets(targets(facts.queries));
  return stacked ? panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal)) : panel;
}

/** One number; it is good below the first bound and bad from the second one on, or the other way around. */
export function figure({
  bounds,
  isHighGood = false,
  ...facts
}: PanelFacts & { readonly bounds?: readonly [number, number]; readonly isHighGood?: boolean }): PanelBuilder {
  const colors = isHighGood ? ['red', 'orange', 'green'] : ['green', 'orange', 'red'];
  const steps = [null, ...(bounds ?? [])].map((value, at) => ({ value, color: colors[at] ?? 'green' }));
  return new Stat()
    .title(facts.title)
    .description(facts.about)
    .datasource(source)
    .unit(facts.unit)
    .height(statHeight)
    .span(facts.width ?? 4)
    .colorMode(bounds === undefined ? BigValueColorMode.None : BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.Area)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps))
    .targets(targets(facts.queries));
}

/** One bar for each series, as it is now. */
export function bars(facts: PanelFacts): PanelBuilder {
  return new BarGauge()
    .title(facts.title)
    .description(facts.about)
    .datasource(source)
    .unit(facts.unit)
    .height(height)
    .span(facts.width ?? 12)
    .min(0)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .targets(targets(facts.queries));
}

/** A histogram over time: the query is of its buckets, by `le`. */
export function heat(facts: PanelFacts): PanelBuilder {
  return new Heatmap()
    .title(facts.title)
    .description(facts.about)
    .datasource(source)
    .unit(facts.unit)
    .height(height)
    .span(facts.width ?? 12)
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().scheme('Oranges'))
    .targets(targets(facts.queries, PromQueryFormat.Heatmap));
}

function targets(queries: readonly Query[], format = PromQueryFormat.TimeSeries): DataqueryBuilder[] {
  return queries.map(({ expr, legend = '', hasExemplars = false }, at) =>
    new DataqueryBuilder()
      .refId(String.fromCodePoint(65 + at))
      .datasource(source)
      .expr(expr)
      .legendFormat(legend)
      .format(format)
      .exemplar(hasExemplars)
      .range(),
  );
}
