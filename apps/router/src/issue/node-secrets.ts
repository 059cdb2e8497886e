import { deriveNodeSecret, HmacSha1 } from '@spillway/turn';

/** Secrets kept, about 400 bytes each; beyond it they are derived anew. */
const MAX_KEPT = 100_000;

/** Nodes' own secrets, derived once each and ready to sign. They never leave memory. */
export class NodeSecrets {
  private readonly secrets = new Map<string, { readonly epoch: number; readonly hmac: HmacSha1 }>();

  constructor(private readonly master: string) {}

  of(nodeId: string, epoch: number): HmacSha1 {
    const known = this.secrets.get(nodeId);
    if (known?.epoch === epoch) return known.hmac;
    if (this.secrets.size >= MAX_KEPT) this.secrets.clear();
    const hmac = new HmacSha1(deriveNodeSecret(this.master, nodeId, epoch));
    this.secrets.set(nodeId, { epoch, hmac });
    return hmac;
  }
}
