// `npm run bench [-- --only placement,http] [--smoke] [--out folder]`: how fast it is, as ratios side by side.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PARTS } from './parts/index.js';
import { runSuite } from './suite/run-suite.js';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: PARTS.map(({ name }) => name).join(',') },
    smoke: { type: 'boolean', default: false },
    out: { type: 'string', default: fileURLToPath(new URL('../results', import.meta.url)) },
  },
});
process.once('SIGINT', () => process.exit(130));
const { only, smoke, out } = values;
// What a smoke run measures is no result, unless a folder for it is named.
const folder = smoke && !process.argv.includes('--out') ? undefined : out;
process.exitCode = (await runSuite(PARTS, { only: only.split(','), isSmoke: smoke, folder })) ? 0 : 1;
