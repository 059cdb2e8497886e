import { fileURLToPath } from 'node:url';
import { findLocalAddress } from '@spillway/local-nodes';
import { commaList, text, wholeNumber } from '@spillway/runtime';
import { z } from 'zod';
import { masterSecretVariable } from './master-secret-variable.js';
import { natsOfPairs, nodesNatsVariables } from './nodes-nats.js';
import { ProcessProvider, type ProcessProviderOptions } from './process/process-provider.js';
import { Slots, type PortRange } from './process/slots.js';
import { StateFolder } from './process/state-folder.js';
import { defineProvider, type AutoscalerAccess } from './provider-definition.js';
import { ProviderError } from './provider-error.js';

/** Seen from `src` as from `dist`. */
const REPORTER = fileURLToPath(new URL('../../../reporter/dist/main.js', import.meta.url));

/** `first-last`. */
const portRange = () =>
  text().transform((value, context): PortRange => {
    const [min, max] = (/^(\d{1,5})-(\d{1,5})$/.exec(value) ?? []).slice(1).map(Number);
    if (min !== undefined && max !== undefined && min >= 1 && min <= max && max <= 65_535)
      return { min, max };
    context.addIssue({ code: 'custom', message: 'must be two ports, such as 3600-3659' });
    return z.NEVER;
  });

const variables = {
  ...masterSecretVariable,
  ...nodesNatsVariables,
  PROCESS_STATE_DIR: text()
    .default('.spillway/processes')
    .describe('Folder in which the provider process keeps what it started; keep it over restarts'),
  PROCESS_TURN_ADDRESS: text()
    .optional()
    .describe('Address the started coturns listen and relay on; the first of this machine unless set'),
  PROCESS_TURN_PORTS: portRange()
    .prefault('3600-3659')
    .describe('Ports of the started pairs, three for each: TURN, the command line of coturn, the reporter'),
  PROCESS_RELAY_PORTS: portRange()
    .prefault('10000-29999')
    .describe('Ports the started coturns relay on, shared out among as many as PROCESS_TURN_PORTS allows'),
  PROCESS_CAPACITY_BANDWIDTH_BPS: wholeNumber({ min: 1 })
    .default(100_000_000)
    .describe('Bits per second a started node is said to carry in each direction'),
  PROCESS_CAPACITY_ALLOCATIONS: wholeNumber({ min: 1 })
    .default(1_000)
    .describe('Allocations a started node is said to hold'),
  PROCESS_SAMPLERS: commaList(text())
    .default(['coturn-cli', 'host'])
    .describe('SAMPLERS of the started reporters'),
  PROCESS_REPORTER: text()
    .optional()
    .describe('Path of the main.js of the reporter to start; the one beside this autoscaler unless set'),
};
type ProcessConfig = z.infer<z.ZodObject<typeof variables>> & AutoscalerAccess;

/** Pairs of coturn and reporter as processes beside the autoscaler: for one machine, and for demonstrations. */
export const processes = defineProvider({
  kind: 'process',
  variables,
  create: (config) => new ProcessProvider(() => optionsFrom(config)),
});

function optionsFrom(config: ProcessConfig): ProcessProviderOptions {
  const { TURN_MASTER_SECRET: masterSecret } = config;
  if (masterSecret === undefined) {
    throw new ProviderError(
      'misconfigured',
      'The provider process has no secret for the nodes it would start',
      'Set TURN_MASTER_SECRET or TURN_MASTER_SECRET_FILE of the autoscaler to that of the routers',
    );
  }
  const { PROCESS_TURN_PORTS: turnPorts, PROCESS_RELAY_PORTS: relayPorts } = config;
  if (turnPorts.min <= relayPorts.max && relayPorts.min <= turnPorts.max) {
    const remedy = 'Give them ranges without a port in common';
    throw new ProviderError('misconfigured', 'PROCESS_TURN_PORTS and PROCESS_RELAY_PORTS overlap', remedy);
  }
  const turnAddress = config.PROCESS_TURN_ADDRESS ?? findLocalAddress() ?? '127.0.0.1';
  return {
    state: new StateFolder(config.PROCESS_STATE_DIR),
    slots: new Slots(turnAddress, turnPorts, relayPorts),
    turnAddress,
    pair: {
      masterSecret,
      reporterProgram: config.PROCESS_REPORTER ?? REPORTER,
      reporter: {
        ...natsOfPairs(config),
        capacity: {
          bandwidthBps: config.PROCESS_CAPACITY_BANDWIDTH_BPS,
          allocations: config.PROCESS_CAPACITY_ALLOCATIONS,
        },
        samplers: config.PROCESS_SAMPLERS,
      },
    },
  };
}
