import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import which from 'which';

/** Where a Debian package is not called like its program. */
const DEBIAN_PACKAGES: Readonly<Record<string, string>> = {
  docker: 'docker.io',
  'systemd-analyze': 'systemd',
  turnserver: 'coturn',
  turnadmin: 'coturn',
  turnutils_uclient: 'coturn',
};

/**
 * A `describe` for specs that need programs npm does not bring. Where one is missing the specs are skipped and the
 * program is named; with `CI=true` that is a failure.
 */
export function describeWith(tools: string[], title: string, body: () => void): void {
  const missing = tools.filter((tool) => !isThere(tool));
  if (missing.length === 0) return describe(title, body);
  const wanted = missing.map((tool) => `${tool} (Debian: ${DEBIAN_PACKAGES[tool] ?? tool})`).join(', ');
  if (process.env['CI'] === 'true') {
    return describe(title, () => {
      it('finds the programs it needs', () => expect(`missing: ${wanted}`).toBe(''));
    });
  }
  process.stderr.write(`skipped: ${title}, for want of ${wanted}\n`);
  describe.skip(`${title} [needs ${wanted}]`, body);
}

/** A `NATS_IMAGE` stands in for the program. Distributions keep servers out of a user's PATH. */
function isThere(tool: string): boolean {
  if (tool === 'docker') return doesDockerAnswer();
  if (tool === 'nats-server' && process.env['NATS_IMAGE']) return true;
  const path = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin`;
  return which.sync(tool, { path, nothrow: true }) !== null;
}

/** The client alone starts no container. */
function doesDockerAnswer(): boolean {
  return spawnSync('docker', ['version'], { stdio: 'ignore', timeout: 5_000 }).status === 0;
}
