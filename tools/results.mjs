// Adds up what Jest wrote for each package.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const resultsOf = ({ folder }) => join(folder, 'test-results.json');

/** Left-over results would hide a Jest that did not get as far as writing any. */
export function clearResults(workspaces) {
  for (const workspace of workspaces) rmSync(resultsOf(workspace), { force: true });
}

export function readResults(workspaces) {
  const total = { passed: 0, failed: 0, skipped: 0, failures: [], skips: [] };
  for (const workspace of workspaces) {
    try {
      add(total, workspace, JSON.parse(readFileSync(resultsOf(workspace), 'utf8')));
    } catch (error) {
      total.failed += 1;
      total.failures.push(`${workspace.name} ended without results (${error.code ?? error.message})`);
    }
  }
  return total;
}

function add(total, workspace, results) {
  total.passed += results.numPassedTests;
  total.skipped += results.numPendingTests + results.numTodoTests;
  // A file that does not load has no test that could fail, and counts as one.
  total.failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
  for (const suite of results.testResults) {
    for (const test of suite.assertionResults) {
      if (test.status === 'failed') total.failures.push(`${workspace.name}: ${test.fullName}`);
      if (test.status === 'pending') total.skips.push(`${workspace.name}: ${test.fullName}`);
    }
    if (suite.status === 'failed' && suite.assertionResults.length === 0) {
      total.failures.push(`${workspace.name}: ${suite.name} does not load`);
    }
  }
}

export const describeTotal = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
