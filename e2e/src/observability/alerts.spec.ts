import { basename } from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { startProcess } from '../processes.js';
import {
  alerts,
  alertTests,
  CLI,
  documentedMetrics,
  filesIn,
  metricsIn,
  recordings,
  RUNBOOKS_FOLDER,
} from './shipped-files.harness.js';

/** A command takes seconds to load where the machine is busy. */
const COMMAND_LIMIT_MS = 60_000;

const names = [...new Set(alerts().map(({ alert }) => alert))];
/** SpillwayNodeLost → node-lost */
const pageOf = (alert: string) =>
  alert
    .replace(/^Spillway/, '')
    .replaceAll(/\B[A-Z]/g, '-$&')
    .toLowerCase();
const runbooks = filesIn(RUNBOOKS_FOLDER, '.md').filter((path) => basename(path) !== 'README.md');
const read = (path: string) => readFileSync(path, 'utf8');

describe('the alerts', () => {
  it('lead each to its runbook', () => {
    for (const { alert, annotations } of alerts()) {
      expect(annotations.runbook_url).toBe(`{{ $externalLabels.runbooks }}/${pageOf(alert)}.md`);
    }
  });

  it('are each tested in firing and in not firing', () => {
    const isTested = (alert: string, isFiring: boolean) =>
      alertTests().some(
        ({ alertname, exp_alerts }) => alertname === alert && exp_alerts.length > 0 === isFiring,
      );
    expect(names.filter((alert) => !isTested(alert, true))).toEqual([]);
    expect(names.filter((alert) => !isTested(alert, false))).toEqual([]);
  });

  it('rest on metrics that our processes tell, or that are recorded from them', () => {
    const known = new Set([...documentedMetrics(), ...recordings().map(({ record }) => record)]);
    const used = [...alerts(), ...recordings()].flatMap(({ expr }) => metricsIn(expr));
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('the runbooks', () => {
  it('are one for each alert, and no more', () => {
    expect(runbooks.map((path) => basename(path, '.md')).toSorted()).toEqual(names.map(pageOf).toSorted());
  });

  it('say what the alert means, what to look at and what to do, and are listed', () => {
    const index = read(`${RUNBOOKS_FOLDER}/README.md`);
    for (const alert of names) {
      const text = read(`${RUNBOOKS_FOLDER}/${pageOf(alert)}.md`);
      expect(text.split('\n')[0]).toBe(`# ${alert}`);
      expect(text.match(/^## .*$/gm)).toEqual(['## What it means', '## What to look at', '## What to do']);
      expect(index).toContain(`(${pageOf(alert)}.md)`);
    }
  });

  it(
    'name only metrics and commands that there are',
    async () => {
      const text = runbooks.map(read).join('\n');
      const known = new Set([...documentedMetrics(), ...recordings().map(({ record }) => record)]);
      expect(metricsIn(text).filter((name) => !known.has(name))).toEqual([]);

      const { output } = await startProcess(process.execPath, [CLI, '--help']).ended;
      const commands = new Set([...output.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name));
      const used = [...text.matchAll(/`spillway (\w+)/g)].map(([, name]) => name);
      expect(used.length).toBeGreaterThan(10);
      expect(used.filter((name) => !commands.has(name))).toEqual([]);
    },
    COMMAND_LIMIT_MS,
  );
});
