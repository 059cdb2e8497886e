// @ts-check
/**
 * @typedef {{ key: keyof Region['series'], label: string, colour: string, fill?: string, width?: number, dash?: number[] }} Line
 * @typedef {{ name: string, lines: Line[], format: (value: number | null | undefined) => string,
 *   top: (region: Region, report: Incident) => number, isStepped?: true, isSquashed?: true, hasThreshold?: true }} ChartKind
 */

/** @param {Incident} report @param {(region: Region) => number | null} figure */
const highestOf = ({ regions }, figure) => Math.max(0, ...regions.map((region) => figure(region) ?? 0));
/** @param {readonly (number | null)[]} values */
const peakOf = (values) => values.reduce((/** @type {number} */ a, b) => Math.max(a, b ?? 0), 0);

/** Load of more than this is off the scale. */
const MOST_LOAD = 1.5;

/** What is drawn of a region. Scales are the same for all regions, so that they can be compared, but for nodes. */
const CHART_KINDS = /** @type {ChartKind[]} */ ([
  {
    name: 'load',
    lines: [
      { key: 'load', label: 'load', colour: 'load', fill: 'load-fill', width: 1.5 },
      { key: 'loadPeak', label: 'peak', colour: 'peak' },
      { key: 'demand', label: 'demand', colour: 'demand', width: 1, dash: [5, 3] },
    ],
    format: percentOf,
    hasThreshold: true,
    top: (_region, report) => {
      const peak = highestOf(report, ({ peakLoad, peakDemand }) => Math.max(peakLoad ?? 0, peakDemand ?? 0));
      return Math.min(MOST_LOAD, Math.max(1, peak * 1.05));
    },
  },
  {
    name: 'price',
    lines: [{ key: 'price', label: 'price', colour: 'price', fill: 'price-fill', width: 1.5 }],
    format: millisecondsOf,
    isSquashed: true,
    top: (_region, report) => Math.max(20, highestOf(report, ({ peakPriceMs }) => peakPriceMs) * 1.2),
  },
  {
    name: 'spill',
    lines: [
      { key: 'spillOut', label: 'out', colour: 'out', fill: 'out-fill', width: 1.5 },
      { key: 'spillIn', label: 'in', colour: 'in', width: 1.5 },
    ],
    format: percentOf,
    top: (_region, report) => {
      const peak = highestOf(report, ({ series }) =>
        Math.max(peakOf(series.spillOut), peakOf(series.spillIn)),
      );
      return Math.min(1, Math.max(0.2, peak * 1.1));
    },
  },
  {
    name: 'nodes',
    lines: [
      { key: 'usable', label: 'usable', colour: 'nodes', fill: 'nodes-fill', width: 1.5 },
      { key: 'nodes', label: 'known', colour: 'known', width: 1, dash: [5, 3] },
    ],
    format: countOf,
    isStepped: true,
    top: ({ series }) => Math.max(2, peakOf(series.nodes) * 1.15),
  },
]);
