// `node tools/install-programs.mjs <program> …`: installs what is missing of these, or says how.
import { ensurePrograms, howToGet } from './programs.mjs';

const missing = await ensurePrograms(process.argv.slice(2));
for (const program of missing) console.error(howToGet(program));
process.exitCode = missing.length > 0 ? 1 : 0;
