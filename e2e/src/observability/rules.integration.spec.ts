import { expect, it } from '@jest/globals';
import { describeWith } from '@spillway/testkit';
import { join } from 'node:path';
import { startProcess } from '../processes.js';
import { filesIn, PROMETHEUS_FOLDER } from './shipped-files.harness.js';

const LIMIT_MS = 60_000;

describeWith(['prometheus'], 'the Prometheus configuration', () => {
  const promtool = (...args: string[]) => startProcess('promtool', args).ended;

  it(
    'is valid, its rules too',
    async () => {
      const { exitCode, output } = await promtool(
        'check',
        'config',
        '--lint-fatal',
        join(PROMETHEUS_FOLDER, 'prometheus.yml'),
      );
      expect(output).toMatch(/SUCCESS: 2 rule files found/);
      expect(exitCode).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'has alerts that fire when they should, and only then',
    async () => {
      const { exitCode, output } = await promtool(
        'test',
        'rules',
        ...filesIn(join(PROMETHEUS_FOLDER, 'tests'), '.test.yml'),
      );
      expect(output).not.toContain('FAILED');
      expect(exitCode).toBe(0);
    },
    LIMIT_MS,
  );
});
