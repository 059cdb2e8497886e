import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { startProcess } from '../processes.js';
import {
  dashboards,
  documentedMetrics,
  metricsIn,
  NODE_MODULES,
  panelQueries,
  recordings,
} from './shipped-files.harness.js';

const SCHEMA = '@grafana/schema/dist/esm/raw';

/** Grafana's declarations, as JSON: an enumeration is one of its values there. */
const TYPES = `
import type * as grafana from '${SCHEMA}/dashboard/x/Dashboard_types.gen';
import type * as timeseries from '${SCHEMA}/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type * as stat from '${SCHEMA}/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as table from '${SCHEMA}/composable/table/panelcfg/x/TablePanelCfg_types.gen';

type Json<T> = T extends string ? \`\${T}\` : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
type FieldConfig<Custom> = {
  defaults: Omit<grafana.FieldConfig, 'custom'> & { custom?: Custom };
  overrides: grafana.FieldConfigSource['overrides'];
};
type Of<Kind, Options, Custom> = Omit<grafana.Panel, 'type' | 'options' | 'fieldConfig'> & {
  type: Kind;
  options: Options;
  fieldConfig: FieldConfig<Custom>;
};
type Panel =
  | grafana.RowPanel
  | Of<'timeseries', timeseries.Options, timeseries.FieldConfig>
  | Of<'stat', stat.Options, never>
  | Of<'table', table.Options, table.FieldConfig>;
type Dashboard = Json<Omit<grafana.Dashboard, 'panels'> & { panels: Panel[] }>;
`;

describe('the dashboards', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-dashboards-'));
  symlinkSync(NODE_MODULES, join(folder, 'node_modules'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** @returns what the compiler says of these, taken for dashboards. */
  async function check(texts: readonly string[]): Promise<string> {
    const path = join(folder, 'dashboards.ts');
    const values = texts.map((text) => `({${text.trim().slice(1)}) satisfies Dashboard;`);
    writeFileSync(path, [TYPES, ...values].join('\n'));
    const options = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'preserve',
      '--target',
      'es2022',
    ];
    return (await startProcess(join(NODE_MODULES, '.bin/tsc'), [...options, path]).ended).output;
  }

  it('are what Grafana’s own types say a dashboard is', async () => {
    expect(await check(dashboards().map(({ text }) => text))).toBe('');
  }, 60_000);

  it('would not pass with a member or a value that Grafana does not know', async () => {
    const [{ text } = { text: '' }] = dashboards();
    const wrong = [
      text.replace('"schemaVersion"', '"schemeVersion"'),
      text.replace('"mode": "absolute"', '"mode": "relative"'),
      text.replace('"displayMode": "list"', '"displayMode": "listed"'),
      text.replace('"graphMode"', '"grafMode"'),
      text.replace('"fillOpacity"', '"fillOpaque"'),
    ];
    for (const each of wrong) expect(each).not.toBe(text);
    const said = await check(wrong);
    for (const word of ['schemeVersion', 'relative', 'listed', 'grafMode', 'fillOpaque'])
      expect(said).toContain(word);
  }, 60_000);

  it('have panels beside and below each other, each with an id of its own', () => {
    for (const { name, panels } of dashboards()) {
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, i) => `${name} ${x + (i % w)},${y + Math.floor(i / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
      for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    }
  });

  it('ask for metrics that our processes tell, or that are recorded from them', () => {
    const known = new Set([...documentedMetrics(), ...recordings().map(({ record }) => record)]);
    const queries = panelQueries();
    expect(queries.length).toBeGreaterThan(50);
    const unknown = queries.filter(({ expr }) => metricsIn(expr).some((name) => !known.has(name)));
    expect(unknown).toEqual([]);
  });
});
