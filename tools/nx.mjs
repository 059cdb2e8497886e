// How the tools here call Nx.
import { runLoud, step } from './run.mjs';

const NX = 'node_modules/.bin/nx';

/** Tasks stay in our process group instead of getting a terminal of their own, so none outlives us. */
const ENV = { NX_NATIVE_COMMAND_RUNNER: 'false', NX_TUI: 'false', NX_ISOLATE_PLUGINS: 'false' };

export const buildAll = () => step('building', NX, ['run-many', '-t', 'build', '--output-style=static'], ENV);

/** @returns Nx's exit code. */
export const runTests = (projects, jestOptions) =>
  runLoud(
    NX,
    ['run-many', '-t', 'test', '-p', projects.join(','), '--output-style=static', '--', ...jestOptions],
    ENV,
  );
