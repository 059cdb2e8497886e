// `npm test [-- <package> … [jest options]]`: sets up, builds, runs the tests of every package, adds the results up.
import { ensureModules } from './modules.mjs';
import { buildAll, runTests } from './nx.mjs';
import { ensurePrograms, howToGet, TEST_PROGRAMS } from './programs.mjs';
import { clearResults, describeTotal, readResults } from './results.mjs';
import { StepError } from './run.mjs';
import { chooseWorkspaces } from './workspaces.mjs';

async function main(args) {
  const { workspaces, jestOptions } = chooseWorkspaces(args);
  await ensureModules();
  for (const program of await ensurePrograms(TEST_PROGRAMS))
    console.log(`${howToGet(program)} (its tests are skipped)`);
  await buildAll();

  clearResults(workspaces);
  const code = await runTests(
    workspaces.map(({ name }) => name),
    jestOptions,
  );
  const total = readResults(workspaces);
  // Options such as -t leave tests out on purpose; those need no naming.
  if (jestOptions.length === 0) for (const test of total.skips) console.log(`skipped: ${test}`);
  for (const failure of total.failures) console.log(`failed: ${failure}`);
  if (total.passed + total.failed === 0) console.log('no test was run');
  console.log(describeTotal(total));
  return code === 0 && total.failed === 0 && total.passed > 0;
}

try {
  process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
