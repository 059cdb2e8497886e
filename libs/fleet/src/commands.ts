import type { Command } from '@spillway/contracts';
import type { Dated } from './region-events.js';

/** Nodes whose last command is kept. Drains that matter have not expired: a few per region. */
const MAX_COMMANDS = 20_000;

/** The last command to each node, by place, heard of or not: a command may come before the first heartbeat. */
export class Commands {
  /** The oldest command first. */
  private readonly byPlace = new Map<string, Dated<Command>>();

  of(place: string): Dated<Command> | undefined {
    return this.byPlace.get(place);
  }

  keep(place: string, command: Dated<Command>): void {
    this.byPlace.delete(place);
    this.byPlace.set(place, command);
    const [oldest] = this.byPlace.keys();
    if (this.byPlace.size > MAX_COMMANDS && oldest !== undefined) this.byPlace.delete(oldest);
  }
}
