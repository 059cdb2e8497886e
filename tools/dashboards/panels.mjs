// The kinds of panels that the dashboards are made of, as Grafana's dashboard JSON has them.

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** `queries`: pairs of PromQL and legend. */
const targetsOf = (queries, extra = {}) =>
  queries.map(([expr, legendFormat], index) => ({
    refId: String.fromCodePoint('A'.codePointAt(0) + index),
    datasource: DATASOURCE,
    expr,
    legendFormat,
    ...extra,
  }));

const thresholdsOf = (steps) => ({
  mode: 'absolute',
  steps: steps.map(([color, value]) => ({ color, value })),
});

/** What is good at 0 and bad above `limit`. */
export const badFrom = (limit) => [
  ['green', null],
  ['red', limit],
];
/** What is bad below `limit`. */
export const goodFrom = (limit) => [
  ['red', null],
  ['green', limit],
];

/** Curves over time. `unit` is one of Grafana's: percentunit, ms, s, bps, reqps, short. */
export function graph(title, unit, queries, { description, max, step = false, stack = false } = {}) {
  return {
    height: 8,
    panel: {
      type: 'timeseries',
      title,
      ...(description && { description }),
      datasource: DATASOURCE,
      fieldConfig: {
        defaults: {
          unit,
          min: 0,
          ...(max !== undefined && { max }),
          custom: {
            fillOpacity: stack ? 30 : 10,
            lineInterpolation: step ? 'stepAfter' : 'linear',
            showPoints: 'never',
            spanNulls: false,
            stacking: { mode: stack ? 'normal' : 'none', group: 'A' },
          },
        },
        overrides: [],
      },
      options: {
        legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
        tooltip: { mode: 'multi', sort: 'desc' },
      },
      targets: targetsOf(queries),
    },
  };
}

/** One number of this moment, in colour. */
export function figure(title, unit, expr, thresholds, { description } = {}) {
  return {
    height: 4,
    panel: {
      type: 'stat',
      title,
      ...(description && { description }),
      datasource: DATASOURCE,
      fieldConfig: { defaults: { unit, thresholds: thresholdsOf(thresholds) }, overrides: [] },
      options: {
        colorMode: 'value',
        graphMode: 'area',
        justifyMode: 'auto',
        orientation: 'auto',
        percentChangeColorMode: 'standard',
        reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
        showPercentChange: false,
        textMode: 'auto',
        wideLayout: true,
      },
      targets: targetsOf([[expr, title]]),
    },
  };
}

/** A row for every series of this moment, its labels as columns. */
export function table(title, expr, { description, unit = 'short' } = {}) {
  return {
    height: 7,
    panel: {
      type: 'table',
      title,
      ...(description && { description }),
      datasource: DATASOURCE,
      fieldConfig: { defaults: { unit }, overrides: [] },
      options: { cellHeight: 'sm', frameIndex: 0, showHeader: true },
      transformations: [{ id: 'organize', options: { excludeByName: { Time: true, __name__: true } } }],
      targets: targetsOf([[expr, '']], { format: 'table', instant: true }),
    },
  };
}
