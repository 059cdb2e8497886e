import type { Command, LogEntry } from '@spillway/contracts';

/** Nodes that are off and were told to stay so; the orders given longest ago are forgotten first. */
const MAX_DRAINS = 1_000;

/** A drain that an operator gave, and where its command is on the log. */
export interface StandingDrain {
  readonly region: string;
  readonly node: string;
  readonly command: Command;
  readonly position: number;
}

interface Drain extends StandingDrain {
  /** The command that the node echoed as far as is known: this one or, until it takes this one up, the one before. */
  takenUpId: string | undefined;
}

/**
 * Operators' drains that nodes took up and nobody took back. They hold for as long as nobody does, which may be longer
 * than the log is kept, and than the fleet remembers a node that is off.
 *
 * 1. A drain by an operator is the last command to a node, and the node echoes it, or it was said again: it stands.
 * 2. The node has not taken it up: it does not, for whoever gave it gives up on it when it expires.
 * 3. Another drain by an operator came after one that stands, for the same instance: that one stands, taken up or not.
 * 4. Another command came, or the node was built anew: it does not any more.
 * 5. The node echoes a command that is neither: its order was lost from the log, and it does not stand.
 */
export class StandingDrains {
  private readonly byPlace = new Map<string, Drain>();

  get all(): readonly StandingDrain[] {
    return [...this.byPlace.values()].filter(({ takenUpId }) => takenUpId !== undefined);
  }

  observe({ position, event }: LogEntry): void {
    if (event.kind === 'command') this.take(position, event);
    if (event.kind !== 'heartbeat' || this.byPlace.size === 0) return;
    const { region, nodeId, instanceId, commandId } = event.heartbeat;
    const place = placeOf(region, nodeId);
    const drain = this.byPlace.get(place);
    if (!drain) return;
    if (instanceId !== drain.command.instanceId) this.byPlace.delete(place);
    else if (commandId === drain.command.id) drain.takenUpId = commandId;
    else if (commandId !== null && commandId !== drain.takenUpId) drain.takenUpId = undefined;
  }

  private take(
    position: number,
    { region, node, command }: Extract<LogEntry['event'], { kind: 'command' }>,
  ): void {
    const place = placeOf(region, node);
    const before = this.byPlace.get(place);
    this.byPlace.delete(place);
    if (command.command !== 'drain' || command.origin !== 'operator') return;
    const known = before?.command.instanceId === command.instanceId ? before.takenUpId : undefined;
    const takenUpId = known ?? (command.isStanding ? command.id : undefined);
    this.byPlace.set(place, { region, node, command, position, takenUpId });
    const [oldest] = this.byPlace.keys();
    if (this.byPlace.size > MAX_DRAINS && oldest !== undefined) this.byPlace.delete(oldest);
  }
}

const placeOf = (region: string, node: string) => `${region}/${node}`;
