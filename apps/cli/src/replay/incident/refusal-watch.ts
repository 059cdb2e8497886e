import type { Issued, RefusalCode } from '@spillway/contracts';
import type { Scene, Watch } from './watch.js';
import { duration } from '../../log/wording.js';

/** Without a refusal for so long, they have ended. */
const QUIET_MS = 15_000;

/** Times in which clients were served nowhere. */
export class RefusalWatch implements Watch {
  private readonly byCode = new Map<RefusalCode, number>();
  private since: number | undefined;
  private lastAt = 0;

  constructor(private readonly scene: Scene) {}

  onIssued({ routerId, refused = [] }: Issued, now: number): void {
    if (refused.length === 0) return;
    this.lastAt = now;
    if (this.since === undefined) {
      this.since = now;
      const codes = [...new Set(refused.map(({ code }) => code))].join(', ');
      const text = `router ${routerId} serves clients nowhere: ${codes}`;
      this.scene.tell({ kind: 'refusals', router: routerId, text });
    }
    for (const { code } of refused) this.byCode.set(code, (this.byCode.get(code) ?? 0) + 1);
  }

  onLook(now: number): void {
    if (this.since === undefined || now - this.lastAt < QUIET_MS) return;
    const facts = Object.fromEntries(this.byCode);
    const told = [...this.byCode].map(([code, count]) => `${count} ${code}`).join(', ');
    const text = `no client is refused any more; ${told} within ${duration(this.lastAt - this.since)}`;
    this.scene.tell({ kind: 'refusals-ended', text, facts }, this.lastAt);
    this.since = undefined;
    this.byCode.clear();
  }
}
