import type { FleetNode } from '@spillway/fleet';
import type { HmacSha1 } from '@spillway/turn';
import type { NodeSecrets } from './node-secrets.js';
import { NodeUrls } from './node-urls.js';

/** What was worked out of a node once, for every credential on it. */
export interface NodeRecord {
  readonly urls: NodeUrls;
  readonly hmac: HmacSha1;
}

interface KnownRecord extends NodeRecord {
  readonly epoch: number;
  /** The last heartbeat it was held against. */
  heartbeat: FleetNode['heartbeat'];
}

/**
 * Keeps one record per node for as long as the fold keeps the node. In a fleet of 10,000 most of what a placement
 * reads is in no cache of the processor: it is together in one place, and found with one look.
 */
export class NodeRecords {
  private readonly records = new WeakMap<FleetNode, KnownRecord>();

  constructor(private readonly secrets: NodeSecrets) {}

  of(node: FleetNode): NodeRecord {
    const known = this.records.get(node);
    const { heartbeat } = node;
    if (known?.heartbeat === heartbeat) return known;
    const { secretEpoch: epoch, nodeId } = heartbeat;
    if (known?.epoch === epoch && known.urls.offered === node.urls) {
      known.heartbeat = heartbeat;
      return known;
    }
    const hmac = known?.epoch === epoch ? known.hmac : this.secrets.of(nodeId, epoch);
    const record = { urls: new NodeUrls(node.urls), hmac, epoch, heartbeat };
    this.records.set(node, record);
    return record;
  }
}
