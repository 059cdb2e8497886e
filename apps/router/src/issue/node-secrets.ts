import { deriveNodeSecret, HmacSha1, masterOf, type MasterSecrets } from '@spillway/turn';

/** Nodes' own secrets, ready to sign. They never leave memory. */
export class NodeSecrets {
  private readonly masters: MasterSecrets;

  constructor(masters: MasterSecrets | string) {
    this.masters = typeof masters === 'string' ? { current: masters } : masters;
  }

  /** Derives it: for a node that signs often, keep what this gives. */
  of(nodeId: string, epoch: number): HmacSha1 {
    return new HmacSha1(deriveNodeSecret(masterOf(this.masters, epoch), nodeId, epoch));
  }
}
