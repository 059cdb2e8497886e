import { fileURLToPath } from 'node:url';
import { findLocalAddress, findPrograms, type Program } from '@spillway/local-nodes';
import { readPolicyFile } from '../policy/policy-file.js';
import type { RouterAccess } from '../router-client.js';
import { planAutoscalerPorts, planDemoFleet, type AutoscalerPorts, type DemoNode } from './demo-fleet.js';
import type { StartOptions } from './options.js';
import type { Say } from './say.js';
import { missingRegions, type PolicyChoice } from './settle-policy.js';
import { StartError } from './start-error.js';
import { DEMO_KEY, prepareStateFolder, type StateFolder } from './state-folder.js';

/** Everything that is fixed before the first process is started. */
export interface SystemPlan {
  readonly state: StateFolder;
  readonly fleet: readonly DemoNode[];
  readonly autoscalerPorts: AutoscalerPorts;
  /** Told apart from those of earlier starts: what its nodes were ordered to do does not concern the new ones. */
  readonly startId: string;
  /** Address every coturn listens and relays on. */
  readonly turnAddress: string;
  readonly programs: Readonly<Record<Program, string>>;
  readonly natsUrl: string;
  /** `undefined` when NATS runs already. */
  readonly natsPort: number | undefined;
  readonly httpPort: number;
  readonly grpcPort: number;
  readonly router: RouterAccess;
  readonly policy: PolicyChoice;
}

const DEMO_POLICY = fileURLToPath(new URL('../../../../deploy/policy.demo.yaml', import.meta.url));

/** @throws {LocalNodeError} when a program is missing; {StartError} a region in the policy; {PolicyFileError} when that is none. */
export function planSystem(options: StartOptions, say: Say): SystemPlan {
  const { httpPort, grpcPort } = options;
  const fleet = planDemoFleet(options.turnPort);
  const regions = fleet.map(({ region }) => region);
  if (options.policy !== undefined) {
    const missing = missingRegions(readPolicyFile(options.policy), regions).join(', ');
    if (missing)
      throw new StartError(`${options.policy} must have the regions that are started here; add ${missing}`);
  }
  const existingNats = process.env['NATS_URL'] || undefined;
  const natsPort = existingNats === undefined ? options.natsPort : undefined;
  const turnAddress = findLocalAddress();
  if (turnAddress === undefined) {
    say('this machine has no address but 127.0.0.1: browsers will not connect from relay to relay');
  }
  return {
    programs: findPrograms(natsPort === undefined ? ['turnserver'] : ['nats-server', 'turnserver']),
    state: prepareStateFolder(options.state),
    fleet,
    autoscalerPorts: planAutoscalerPorts(options.turnPort),
    startId: Date.now().toString(36),
    turnAddress: turnAddress ?? '127.0.0.1',
    natsUrl: existingNats ?? `nats://127.0.0.1:${options.natsPort}`,
    natsPort,
    httpPort,
    grpcPort,
    router: { url: `http://127.0.0.1:${httpPort}`, key: DEMO_KEY },
    policy: { given: options.policy, fallback: DEMO_POLICY, regions },
  };
}
