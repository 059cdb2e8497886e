// Brings node_modules in line with package-lock.json.
import { readFileSync } from 'node:fs';
import { step } from './run.mjs';

const packagesOf = (lockFile) => {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return undefined;
  }
};

/** Compares contents, because a checkout touches the lock file without changing it. */
function areInstalled() {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    // npm's record of what it installed has no entry for the root and for what this platform does not need.
    if (path === '' || (optional && !installed[path])) return true;
    return installed[path] !== undefined && installed[path].version === version;
  });
}

export async function ensureModules() {
  if (areInstalled()) return;
  await step('installing npm packages', 'npm', ['ci', '--no-audit', '--no-fund']);
}
