import { deriveNodeSecret, masterOf, type MasterSecrets } from '@spillway/turn';

/** Nodes' own secrets. They never leave memory. */
export class NodeSecrets {
  private readonly masters: MasterSecrets;

  constructor(masters: MasterSecrets | string) {
    this.masters = typeof masters === 'string' ? { current: masters } : masters;
  }

  /** Derives it, which takes its time. */
  of(nodeId: string, epoch: number): string {
    return deriveNodeSecret(masterOf(this.masters, epoch), nodeId, epoch);
  }
}
