import { createHash } from 'node:crypto';
import type { Observation, Observer } from '../engine/observer.js';

const PER_LOT = 4_096;

/** SHA-256 over all decisions in their order: router, region and node, 16 bits each. Same seed, same hash. */
export class DecisionHash implements Observer {
  private readonly hash = createHash('sha256');
  private readonly lot = new Int16Array(PER_LOT * 3);
  private filled = 0;

  decided({ router, region, node }: Observation): void {
    this.lot[this.filled++] = router;
    this.lot[this.filled++] = region;
    this.lot[this.filled++] = node;
    if (this.filled === this.lot.length) this.flush();
  }

  report(): string {
    this.flush();
    return this.hash.copy().digest('hex');
  }

  private flush(): void {
    this.hash.update(new Uint8Array(this.lot.buffer, 0, this.filled * 2));
    this.filled = 0;
  }
}
