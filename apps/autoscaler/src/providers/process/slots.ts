import { tryPort, type LocalNode, type LocalPort } from '@spillway/local-nodes';

/** Ports of a pair beside those it relays on: TURN, coturn's command line, the reporter's HTTP. */
const PORTS_PER_SLOT = 3;
/** A pair with fewer is not worth starting. */
const LEAST_RELAY_PORTS = 10;

export interface PortRange {
  readonly min: number;
  readonly max: number;
}

const sizeOf = ({ min, max }: PortRange) => max - min + 1;

export type SlotPorts = Pick<LocalNode, 'turnPort' | 'cliPort' | 'reporterPort' | 'relayPorts'>;

/** Shares two ranges of ports out among as many pairs as fit into them. */
export class Slots {
  constructor(
    private readonly address: string,
    private readonly turnPorts: PortRange,
    private readonly relayPorts: PortRange,
  ) {}

  get count(): number {
    return Math.min(
      Math.floor(sizeOf(this.turnPorts) / PORTS_PER_SLOT),
      Math.floor(sizeOf(this.relayPorts) / LEAST_RELAY_PORTS),
    );
  }

  portsOf(slot: number): SlotPorts {
    const turnPort = this.turnPorts.min + slot * PORTS_PER_SLOT;
    const share = Math.floor(sizeOf(this.relayPorts) / this.count);
    const min = this.relayPorts.min + slot * share;
    return {
      turnPort,
      cliPort: turnPort + 1,
      reporterPort: turnPort + 2,
      relayPorts: { min, max: min + share - 1 },
    };
  }

  /** The first slot that nobody has and whose ports are free; else the ports that are not, of the first that nobody has. */
  async findFree(taken: ReadonlySet<number>): Promise<{ slot: number } | { problems: readonly string[] }> {
    let obstacle: readonly string[] | undefined;
    for (let slot = 0; slot < this.count; slot++) {
      if (taken.has(slot)) continue;
      const problems = await this.#tryPorts(slot);
      if (problems.length === 0) return { slot };
      obstacle ??= problems;
    }
    return { problems: obstacle ?? [] };
  }

  async #tryPorts(slot: number): Promise<string[]> {
    const { turnPort, cliPort, reporterPort } = this.portsOf(slot);
    const ports: LocalPort[] = [
      { protocol: 'udp', address: this.address, port: turnPort },
      { protocol: 'tcp', address: this.address, port: turnPort },
      { protocol: 'tcp', address: '127.0.0.1', port: cliPort },
      { protocol: 'tcp', address: '127.0.0.1', port: reporterPort },
    ];
    const problems = await Promise.all(ports.map(tryPort));
    return ports.flatMap(({ protocol, address, port }, i) =>
      problems[i] === undefined ? [] : [`${address}:${port}/${protocol} ${problems[i]}`],
    );
  }
}
