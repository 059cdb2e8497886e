import { tryPort, type LocalPort } from '@spillway/local-nodes';
import { StartError } from './start-error.js';
import type { SystemPlan } from './system-plan.js';

/** A port this machine must have free, and what it is for. */
export interface NeededPort extends LocalPort {
  readonly purpose: string;
  /** The option that chooses another one. */
  readonly option: string;
}

export function neededPorts(plan: SystemPlan): NeededPort[] {
  const { fleet, turnAddress, httpPort, grpcPort, natsPort, autoscalerPorts } = plan;
  const loopback = (port: number, purpose: string, option: string): NeededPort => {
    return { protocol: 'tcp', address: '127.0.0.1', port, purpose, option };
  };
  return [
    loopback(httpPort, 'HTTP', '--http-port'),
    loopback(grpcPort, 'gRPC', '--grpc-port'),
    ...(natsPort === undefined ? [] : [loopback(natsPort, 'NATS', '--nats-port')]),
    loopback(autoscalerPorts.http, 'the autoscaler', '--turn-port'),
    ...fleet.flatMap(({ nodeId, turnPort, cliPort, reporterPort }): NeededPort[] => {
      const turn = {
        address: turnAddress,
        port: turnPort,
        purpose: `TURN on ${nodeId}`,
        option: '--turn-port',
      };
      return [
        { ...turn, protocol: 'udp' },
        { ...turn, protocol: 'tcp' },
        loopback(cliPort, `coturn's CLI on ${nodeId}`, '--turn-port'),
        loopback(reporterPort, `the reporter of ${nodeId}`, '--turn-port'),
      ];
    }),
  ];
}

/** @throws {StartError} that names every port that cannot be had. */
export async function checkPorts(ports: readonly NeededPort[]): Promise<void> {
  const checked = await Promise.all(ports.map(async (each) => ({ ...each, failure: await tryPort(each) })));
  const busy = checked.filter(({ failure }) => failure !== undefined);
  if (busy.length === 0) return;
  const lines = busy.map(
    ({ protocol, address, port, purpose, option, failure }) =>
      `  ${address}:${port}/${protocol} (${purpose}): ${failure}; choose another with ${option}`,
  );
  throw new StartError(`Some ports cannot be had:\n${lines.join('\n')}`);
}
