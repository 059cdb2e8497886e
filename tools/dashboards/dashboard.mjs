// Puts panels in rows, and rows in a dashboard.

const WIDTH = 24;
const TAG = 'spillway';

const datasourceVariable = {
  name: 'datasource',
  label: 'Prometheus',
  type: 'datasource',
  query: 'prometheus',
  refresh: 1,
  hide: 0,
};

/** A choice among the values that `label` has in `metric`. */
export const choiceOf = (name, metric, label, { isMulti = false } = {}) => ({
  name,
  label: name,
  type: 'query',
  datasource: { type: 'prometheus', uid: '${datasource}' },
  query: { query: `label_values(${metric}, ${label})`, refId: 'PrometheusVariableQueryEditor-VariableQuery' },
  refresh: 2,
  sort: 1,
  multi: isMulti,
  includeAll: isMulti,
  ...(isMulti && { allValue: '.*', current: { text: 'All', value: '$__all' } }),
});

/** Rows share the width evenly among their panels; a title begins a section. */
function layOut(rows) {
  const panels = [];
  let y = 0;
  const add = (panel, gridPos) => panels.push({ id: panels.length + 1, ...panel, gridPos });
  for (const { title, panels: inRow } of rows) {
    if (title) add({ type: 'row', title, collapsed: false, panels: [] }, { x: 0, y: y++, w: WIDTH, h: 1 });
    const w = Math.floor(WIDTH / inRow.length);
    const h = Math.max(...inRow.map(({ height }) => height));
    for (const [index, { panel }] of inRow.entries()) add(panel, { x: index * w, y, w, h });
    y += h;
  }
  return panels;
}

export const row = (title, ...panels) => ({ title, panels });

export function dashboard({ uid, title, description, choices = [], rows }) {
  return {
    uid,
    title,
    description,
    tags: [TAG],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    links: [
      {
        type: 'dashboards',
        title: 'Spillway',
        tags: [TAG],
        asDropdown: true,
        includeVars: false,
        keepTime: true,
        targetBlank: false,
        icon: 'external link',
        tooltip: '',
        url: '',
      },
    ],
    templating: { list: [datasourceVariable, ...choices] },
    panels: layOut(rows),
  };
}
