import { setTimeout as sleep } from 'node:timers/promises';
import { LOG_STREAM } from '@spillway/contracts';
import type { StartedNatsCluster } from '@spillway/testkit';

/** The one that is cut off. Who has no other server to go to is cut off with it. */
export const CUT_OFF = 'nats-3';
/** The fleet keeps to these: nodes that nobody hears are another fault. */
export const OTHERS = ['nats-1', 'nats-2'] as const;

/** Kills the server that leads the log, unless that is the one to be cut off later. */
export async function killOne(cluster: StartedNatsCluster): Promise<string> {
  const leader = await cluster.leaderOf(LOG_STREAM);
  const killed = OTHERS.find((name) => name === leader) ?? OTHERS[0];
  await cluster.servers.get(killed)?.kill();
  return killed;
}

/** Resolves once it has caught up, so that another may be lost. */
export async function startAgain(cluster: StartedNatsCluster, killed: string): Promise<void> {
  await cluster.servers.get(killed)?.restart();
  await cluster.rejoin(killed);
}

/** One server is killed, and once it is back another is cut off: of three, two are there at any time. */
export async function loseServers(cluster: StartedNatsCluster, eachMs: number): Promise<void> {
  const killed = await killOne(cluster);
  await sleep(eachMs);
  await startAgain(cluster, killed);
  await cluster.cutOff(CUT_OFF);
  await sleep(eachMs);
  await cluster.rejoin(CUT_OFF);
}
