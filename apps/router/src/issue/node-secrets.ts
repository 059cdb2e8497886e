import { deriveNodeSecret } from '@spillway/turn';

/** Secrets kept; beyond it they are derived anew. */
const MAX_KEPT = 200_000;

/** Nodes' own secrets, derived once each. Never leaves memory. */
export class NodeSecrets {
  private readonly secrets = new Map<string, string>();

  constructor(private readonly master: string) {}

  of(nodeId: string, epoch: number): string {
    const key = `${epoch} ${nodeId}`;
    const known = this.secrets.get(key);
    if (known !== undefined) return known;
    if (this.secrets.size >= MAX_KEPT) this.secrets.clear();
    const secret = deriveNodeSecret(this.master, nodeId, epoch);
    this.secrets.set(key, secret);
    return secret;
  }
}
