// Writes deploy/grafana/dashboards; CI checks that nothing changes.
import { mkdir, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { fleet } from './dashboards/fleet.mjs';
import { incident } from './dashboards/incident.mjs';
import { region } from './dashboards/region.mjs';
import { router } from './dashboards/router.mjs';

const folder = new URL('../deploy/grafana/dashboards/', import.meta.url);
await mkdir(folder, { recursive: true });
for (const [name, dashboard] of Object.entries({ fleet, region, router, incident })) {
  const path = new URL(`${name}.json`, folder);
  const options = await resolveConfig(path);
  await writeFile(path, await format(JSON.stringify(dashboard), { ...options, filepath: path.pathname }));
  console.log(`deploy/grafana/dashboards/${name}.json`);
}
