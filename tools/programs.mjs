// The programs that npm does not bring: looked up, and installed where that can be done without asking.
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { step } from './run.mjs';

/** What the whole system runs on. */
export const SERVERS = ['nats-server', 'turnserver'];
/** What the tests use besides. */
export const TEST_PROGRAMS = [...SERVERS, 'chromium', 'openssl', 'prometheus', 'systemd-analyze'];

/** Where a package is not called like its program. */
const DEBIAN_PACKAGES = { turnserver: 'coturn', dockerd: 'docker.io', 'systemd-analyze': 'systemd' };
const BREW_PACKAGES = { turnserver: 'coturn' };

/** Units that the packages enable for every boot; what we start, we start ourselves. */
const UNITS = {
  'nats-server': ['nats-server.service'],
  turnserver: ['coturn.service'],
  prometheus: ['prometheus.service'],
  'redis-server': ['redis-server.service'],
  dockerd: ['docker.service', 'docker.socket', 'containerd.service'],
};

// Distributions keep servers out of a user's PATH.
process.env.PATH = [process.env.PATH, '/usr/local/sbin', '/usr/sbin'].join(delimiter);

export const find = (program) =>
  process.env.PATH.split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable);

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Installs what is missing when that is possible without a password.
 * @returns the programs that are missing still.
 */
export async function ensurePrograms(programs) {
  const missing = programs.filter((program) => !find(program));
  if (missing.length === 0 || process.getuid?.() !== 0 || !find('apt-get')) return missing;
  const packages = missing.map((program) => DEBIAN_PACKAGES[program] ?? program);
  await withoutServices(async () => {
    await aptGet('reading the package lists', ['update']);
    await aptGet(`installing ${packages.join(', ')}`, [
      'install',
      '--yes',
      '--no-install-recommends',
      ...packages,
    ]);
  });
  const units = missing.flatMap((program) => UNITS[program] ?? []);
  if (units.length > 0 && find('systemctl')) {
    await step(`keeping ${units.join(', ')} off`, 'systemctl', ['disable', '--quiet', ...units]);
  }
  return missing.filter((program) => !find(program));
}

const aptGet = (title, args) =>
  step(title, 'apt-get', ['--quiet', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', ...args], {
    DEBIAN_FRONTEND: 'noninteractive',
  });

/** Debian starts a service as soon as its package is there, unless this file says no (101). */
const POLICY = '/usr/sbin/policy-rc.d';

async function withoutServices(install) {
  if (existsSync(POLICY)) return install();
  const remove = () => rmSync(POLICY, { force: true });
  process.once('exit', remove);
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await install();
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/** One line per program: what is missing and the command that brings it. */
export function howToGet(program) {
  const command =
    process.platform === 'darwin'
      ? `brew install ${BREW_PACKAGES[program] ?? program}`
      : `sudo apt-get install ${DEBIAN_PACKAGES[program] ?? program}`;
  return `${program} is missing: ${command}`;
}
