import { once } from 'node:events';
import { endGroup, isAlive } from '@spillway/local-nodes';
import { AddedNodes } from './added-nodes.js';
import { describeSystem } from './banner.js';
import { bringUp } from './bring-up.js';
import { checkRegions } from './check-regions.js';
import type { StartOptions } from './options.js';
import { checkPorts, neededPorts } from './ports.js';
import { RunFile } from './run-file.js';
import type { Say } from './say.js';
import { onStopSignals } from './stop-signals.js';
import { Supervisor } from './supervisor.js';
import { planSystem, type SystemPlan } from './system-plan.js';

const ORPHAN_STOP_MS = 5_000;

/**
 * Runs the whole system until a signal stops it, or with `check` until every region was tried.
 * @throws {StartError} when it does not come up.
 * @throws {CheckFailedError} when a region does not do what it should.
 */
export async function start(options: StartOptions, say: Say): Promise<void> {
  const plan = planSystem(options, say);
  const runFile = await RunFile.claim(plan.state.runFile, async (name, orphan) => {
    say(`stopping ${name} (pid ${orphan.pid}), which an earlier start left behind`);
    await endGroup(orphan.pid, ORPHAN_STOP_MS, () => !isAlive(orphan));
  });
  try {
    await endAddedNodes(plan, say);
    await checkPorts(neededPorts(plan));
    await run(plan, new Supervisor(runFile, plan.state.logs, say), options.check ?? false, say);
  } finally {
    runFile.remove();
  }
}

async function run(plan: SystemPlan, supervisor: Supervisor, isCheck: boolean, say: Say): Promise<void> {
  const { stopped, release } = onStopSignals(() => process.exit(1));
  // Whatever goes wrong here, and a terminal that goes away: what was started must not outlive us.
  process.once('exit', () => {
    supervisor.killAll();
    new AddedNodes(plan.state.processes).kill();
  });
  process.stdout.on('error', () => {});
  const signal = AbortSignal.any([stopped, supervisor.failed]);
  try {
    await bringUp(plan, supervisor, signal, say);
    if (isCheck) await checkRegions(plan, signal, say);
    else {
      say(await describeSystem(plan));
      if (!stopped.aborted) await once(stopped, 'abort');
    }
  } finally {
    say('stopping');
    await supervisor.stopAll();
    release();
  }
}

/** An earlier start that was killed left them behind. */
async function endAddedNodes({ state }: SystemPlan, say: Say): Promise<void> {
  const ended = await new AddedNodes(state.processes).end();
  if (ended > 0) say(`stopped ${ended} nodes that the autoscaler of an earlier start had added`);
}
