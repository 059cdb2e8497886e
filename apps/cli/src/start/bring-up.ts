import { isListening } from '@spillway/local-nodes';
import { askIceServers } from '../router-client.js';
import { withBus } from '../with-bus.js';
import { writeCoturnConfigs } from './coturn-config.js';
import { AddedNodes } from './added-nodes.js';
import {
  autoscalerService,
  coturnService,
  natsService,
  OWN_LOG,
  reporterService,
  routerService,
} from './services.js';
import type { Say } from './say.js';
import { settlePolicy } from './settle-policy.js';
import { writeSecrets } from './state-folder.js';
import type { Supervisor } from './supervisor.js';
import type { SystemPlan } from './system-plan.js';
import { waitFor } from './wait.js';

/** Milliseconds each stage may take on a slow machine. */
const STAGE_LIMIT_MS = 30_000;

/**
 * Starts everything in the order of who needs whom, each stage once the one before answers.
 * @throws {StartError} when a stage does not; the signal's reason when that aborts.
 */
export async function bringUp(
  plan: SystemPlan,
  supervisor: Supervisor,
  signal: AbortSignal,
  say: Say,
): Promise<void> {
  const wait = { limitMs: STAGE_LIMIT_MS, signal };
  const { state, fleet, turnAddress, natsPort } = plan;
  writeSecrets(state);

  if (natsPort !== undefined) {
    supervisor.startStage([natsService(plan, natsPort)]);
    await waitFor('NATS', () => isListening('127.0.0.1', natsPort), wait);
  }
  const settled = await withBus(
    plan.natsUrl,
    async (bus, ending) => {
      // Before the policy makes a log of the default size, which a small disk has no room for.
      if (natsPort !== undefined) await bus.provision(OWN_LOG);
      return settlePolicy(bus, plan.policy, ending);
    },
    { signal },
  );
  say(`NATS       ${natsPort === undefined ? 'as NATS_URL says' : plan.natsUrl}, ${settled}`);

  const nodes = writeCoturnConfigs(plan);
  supervisor.startStage(nodes.map(([node, coturn]) => coturnService(plan, node, coturn)));
  for (const { nodeId, turnPort, region } of fleet) {
    await waitFor(`coturn of ${nodeId}`, () => isListening(turnAddress, turnPort), wait);
    say(`coturn     ${turnAddress}:${turnPort}, ${nodeId} in ${region}`);
  }

  supervisor.startStage(nodes.map(([node, coturn]) => reporterService(plan, node, coturn)));
  supervisor.startStage([routerService(plan)]);
  supervisor.onStop(() => new AddedNodes(state.processes).end());
  supervisor.startStage([autoscalerService(plan)]);
  for (const { region } of fleet) {
    await waitFor(
      `an answer for ${region}`,
      () => askIceServers(plan.router, { region: { require: [region] } }),
      wait,
    );
  }
  say(`router     ${plan.router.url}, gRPC 127.0.0.1:${plan.grpcPort}, answers for every region`);
  const { http } = plan.autoscalerPorts;
  await waitFor('the autoscaler', () => isListening('127.0.0.1', http), wait);
  say(`autoscaler http://127.0.0.1:${http}/readyz`);
  supervisor.markUp();
}
