// Writes the parts of docs/reference that come from the code. Needs a build; CI checks that nothing changes.
import { mkdir, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { asyncApiDocument } from '../libs/contracts/dist/index.js';
import { reporterConfigSchema } from '../apps/reporter/dist/index.js';
import { openApiDocument, routerConfigSchema } from '../apps/router/dist/index.js';
import { configMarkdown } from '../libs/runtime/dist/index.js';

const folder = new URL('../docs/reference/', import.meta.url);
const files = {
  'asyncapi.json': JSON.stringify(asyncApiDocument()),
  'openapi.json': JSON.stringify(openApiDocument),
  'router-config.md': configMarkdown('Router configuration', routerConfigSchema),
  'reporter-config.md': configMarkdown('Reporter configuration', reporterConfigSchema),
};

await mkdir(folder, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  const path = new URL(name, folder);
  const options = await resolveConfig(path);
  await writeFile(path, await format(text, { ...options, filepath: path.pathname }));
  console.log(`docs/reference/${name}`);
}
