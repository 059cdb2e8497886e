// `npm start [-- options]`: sets up, builds, then is `spillway start`.
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { ensureModules } from './modules.mjs';
import { buildAll } from './nx.mjs';
import { ensurePrograms, howToGet, SERVERS } from './programs.mjs';
import { releaseSignals, StepError } from './run.mjs';

async function setUp() {
  const needed = process.env.NATS_URL ? SERVERS.filter((program) => program !== 'nats-server') : SERVERS;
  const missing = await ensurePrograms(needed);
  if (missing.length > 0) {
    const lines = missing.map(howToGet);
    if (missing.includes('nats-server'))
      lines.push('or set NATS_URL to a nats-server with JetStream that runs already');
    throw new StepError(lines.join('\n'));
  }
  await ensureModules();
  await buildAll();
}

try {
  await setUp();
  releaseSignals();
  const cli = resolve('apps/cli/dist/main.js');
  process.argv = [process.argv[0], cli, 'start', ...process.argv.slice(2)];
  // In this process: one less between the terminal and what it stops.
  await import(pathToFileURL(cli).href);
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
