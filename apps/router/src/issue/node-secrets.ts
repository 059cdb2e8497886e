import { deriveNodeSecret, HmacSha1 } from '@spillway/turn';

/** Nodes' own secrets, ready to sign. They never leave memory. */
export class NodeSecrets {
  constructor(private readonly master: string) {}

  /** Derives it: for a node that signs often, keep what this gives. */
  of(nodeId: string, epoch: number): HmacSha1 {
    return new HmacSha1(deriveNodeSecret(this.master, nodeId, epoch));
  }
}
