import { deriveNodeSecret, HmacSha1 } from '@spillway/turn';

/** Secrets kept, about 1 kB each; beyond it they are derived anew. */
const MAX_KEPT = 100_000;

/** Nodes' own secrets, derived once each and ready to sign. They never leave memory. */
export class NodeSecrets {
  private readonly secrets = new Map<string, HmacSha1>();

  constructor(private readonly master: string) {}

  of(nodeId: string, epoch: number): HmacSha1 {
    const key = `${epoch} ${nodeId}`;
    const known = this.secrets.get(key);
    if (known !== undefined) return known;
    if (this.secrets.size >= MAX_KEPT) this.secrets.clear();
    const secret = new HmacSha1(deriveNodeSecret(this.master, nodeId, epoch));
    this.secrets.set(key, secret);
    return secret;
  }
}
