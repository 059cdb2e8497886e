export interface PortRange {
  readonly min: number;
  readonly max: number;
}

/** One TURN server of the demonstration: a real coturn on this machine that stands for a region. */
export interface DemoNode {
  readonly region: string;
  readonly nodeId: string;
  readonly turnPort: number;
  /** coturn's command line interface, on loopback. */
  readonly cliPort: number;
  /** Its reporter's `/metrics` and `/healthz`, on loopback. */
  readonly reporterPort: number;
  readonly relayPorts: PortRange;
}

const NODES = [
  { region: 'us-east-1', nodeId: 'use1-a1' },
  { region: 'eu-central-1', nodeId: 'euc1-a1' },
  { region: 'ap-southeast-1', nodeId: 'apse1-a1' },
] as const;

/** Ports between the first TURN port of a node and that of the next. */
const PORT_STRIDE = 10;
/** Nodes that the autoscaler may add: two to each region, with three ports each. */
const ADDED_NODES = NODES.length * 2;
const PORTS_PER_ADDED_NODE = 3;
/** The largest `turnPort` that leaves all ports of all nodes below `FIRST_RELAY_PORT`. */
export const MAX_TURN_PORT = 61_000 - NODES.length * PORT_STRIDE - ADDED_NODES * PORTS_PER_ADDED_NODE;

/** Linux takes ports for outgoing connections below this one (`ip_local_port_range`), so they do not meet. */
const FIRST_RELAY_PORT = 61_000;
const RELAY_PORTS_PER_NODE = 1_500;

/** Ports of the autoscaler and of the nodes it adds, behind those of the three nodes. */
export interface AutoscalerPorts {
  readonly http: number;
  readonly turn: PortRange;
  readonly relay: PortRange;
}

/** Below those of outgoing connections, too; the second where ports of the system are in the first. */
const ADDED_RELAY_PORTS = { min: 10_000, max: 15_999 };
const OTHER_ADDED_RELAY_PORTS = { min: 17_000, max: 22_999 };

export function planAutoscalerPorts(turnPort: number): AutoscalerPorts {
  const min = turnPort + NODES.length * PORT_STRIDE;
  const turn = { min, max: min + ADDED_NODES * PORTS_PER_ADDED_NODE - 1 };
  // The first node leaves it free.
  const isInTheWay = turnPort <= ADDED_RELAY_PORTS.max && turn.max >= ADDED_RELAY_PORTS.min;
  return {
    http: turnPort + 3,
    turn,
    relay: isInTheWay ? OTHER_ADDED_RELAY_PORTS : ADDED_RELAY_PORTS,
  };
}

/** Lays the three nodes out over the ports from `turnPort` on. */
export function planDemoFleet(turnPort: number): DemoNode[] {
  return NODES.map(({ region, nodeId }, index) => {
    const first = turnPort + index * PORT_STRIDE;
    const min = FIRST_RELAY_PORT + index * RELAY_PORTS_PER_NODE;
    return {
      region,
      nodeId,
      turnPort: first,
      cliPort: first + 1,
      reporterPort: first + 2,
      relayPorts: { min, max: min + RELAY_PORTS_PER_NODE - 1 },
    };
  });
}
