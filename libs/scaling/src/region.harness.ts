import type { Command, Heartbeat } from '@spillway/contracts';
import { Fleet, type FleetNode } from '@spillway/fleet';
import { aHeartbeat, aLog, aPolicy } from '@spillway/testkit/builders';

export interface NodeOptions {
  readonly id: string;
  readonly state?: Heartbeat['state'];
  readonly kind?: Heartbeat['kind'];
  readonly allocations?: number | null;
  readonly bps?: number | null;
  readonly capacityBps?: number;
  readonly zone?: string | null;
  /** The last order to it, and whether it has taken it up. */
  readonly order?: { readonly command: Command['command']; readonly origin: Command['origin'] };
  readonly hasObeyed?: boolean;
  /** Before it was heard last; the older, the further in front of the list it must be. */
  readonly orderAgeMs?: number;
  /** The id of the order it says it obeys; that of its order, if it has obeyed that, unless given. */
  readonly obeys?: string;
  readonly isSilent?: boolean;
}

/** When nodes that are heard are heard; the silent ones were long before. */
export const HEARD_AT = 1_000_000;

/** Nodes of us-east-1 as a fold shows them; node and instance have the same id. */
export function nodesOf(...list: readonly NodeOptions[]): FleetNode[] {
  const fleet = new Fleet();
  const log = aLog();
  const put = (event: Parameters<typeof log>[0], at: number) => fleet.apply(log(event, at), at);
  const silentFirst = [...list].sort((a, b) => Number(b.isSilent ?? false) - Number(a.isSilent ?? false));
  put({ kind: 'policy', policy: aPolicy() }, HEARD_AT - 100_000);
  for (const options of silentFirst) {
    const at = options.isSilent ? HEARD_AT - 60_000 : HEARD_AT;
    if (options.order) put(orderTo(options.id, options.order), at - (options.orderAgeMs ?? 0));
    put({ kind: 'heartbeat', heartbeat: heartbeatOf(options) }, at);
  }
  return list.flatMap(({ id }) => fleet.node('us-east-1', id) ?? []);
}

function orderTo(id: string, { command, origin }: NonNullable<NodeOptions['order']>) {
  const at = '2026-11-22T10:00:00Z';
  const expiresAt = '2100-01-01T00:00:00Z';
  const order = {
    at,
    id: `order-${id}`,
    command,
    instanceId: id,
    deadlineSeconds: 60,
    expiresAt,
    reason: '',
    origin,
  };
  return { kind: 'command', region: 'us-east-1', node: id, command: order } as const;
}

function heartbeatOf({ id, ...options }: NodeOptions): Heartbeat {
  const { allocations = 10, bps = 1e6, capacityBps = 1e9, zone = null } = options;
  return aHeartbeat({
    nodeId: id,
    instanceId: id,
    zone,
    state: options.state ?? 'serving',
    kind: options.kind ?? 'turn',
    commandId: options.obeys ?? (options.hasObeyed ? `order-${id}` : null),
    load: { allocations, egressBps: bps, ingressBps: null, cpu: null },
    capacity: { bandwidthBps: capacityBps },
  });
}
