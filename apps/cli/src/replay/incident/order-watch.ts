import { timestampMs, type Command, type Heartbeat } from '@spillway/contracts';
import type { EventOf, Scene, Watch } from './watch.js';
import { duration } from '../../log/wording.js';

/** Orders waited for at the same time, at most. */
const MAX_WAITING = 10_000;

interface Order {
  readonly region: string;
  readonly node: string;
  readonly command: Command;
  readonly expiresMs: number;
}

/** Who was ordered to drain, by whom and why, and whether it obeyed in time. */
export class OrderWatch implements Watch {
  /** The last order to each node, as long as nobody knows whether it obeys. */
  private readonly waiting = new Map<string, Order>();
  private readonly lastId = new Map<string, string>();

  constructor(private readonly scene: Scene) {}

  onCommand({ region, node, command }: EventOf<'command'>, now: number): void {
    const place = `${region}/${node}`;
    if (this.lastId.get(place) === command.id) return;
    this.lastId.set(place, command.id);
    const expiresMs = timestampMs(command.expiresAt);
    if (this.waiting.size < MAX_WAITING) this.waiting.set(place, { region, node, command, expiresMs });
    const { command: what, origin, reason, deadlineSeconds, id } = command;
    this.scene.tell(
      {
        kind: what === 'drain' ? 'drain-ordered' : 'undrain-ordered',
        region,
        nodes: [node],
        count: 1,
        text: `${node}: ${describe(command)}`,
        facts: { id, origin, reason, deadlineSeconds },
      },
      now,
    );
  }

  onHeartbeat({ heartbeat }: EventOf<'heartbeat'>): void {
    if (heartbeat.commandId === null || this.waiting.size === 0) return;
    const place = placeOf(heartbeat);
    if (this.waiting.get(place)?.command.id === heartbeat.commandId) this.waiting.delete(place);
  }

  onLook(now: number): void {
    if (this.waiting.size === 0) return;
    for (const [place, { region, node, command, expiresMs }] of this.waiting) {
      if (now <= expiresMs) continue;
      this.waiting.delete(place);
      const text = `${node}: did not begin to ${command.command} in time; is its reporter running, and the same instance?`;
      this.scene.tell({
        kind: 'order-expired',
        region,
        nodes: [node],
        count: 1,
        text,
        facts: { id: command.id },
      });
    }
  }
}

function placeOf({ region, nodeId }: Heartbeat): string {
  return `${region}/${nodeId}`;
}

function describe({ command, origin, reason, deadlineSeconds }: Command): string {
  const by = origin === 'operator' ? 'an operator' : 'the autoscaler';
  const within = command === 'drain' ? `, within ${duration(deadlineSeconds * 1000)}` : '';
  return `ordered to ${command} by ${by}${reason === '' ? '' : ` (${reason})`}${within}`;
}
