import type { LogEvent } from '@spillway/contracts';
import FlatQueue from 'flatqueue';
import { exponential, type Random } from '../world/random.js';

/** On the way to the log: at least, and on average more. */
const LEAST_MS = 5;
const JITTER_MS = 15;

/** Events on their way to the log. */
export class Transit {
  private readonly queue = new FlatQueue<LogEvent>();

  constructor(private readonly random: Random) {}

  /** When the next one arrives; Infinity when none is under way. */
  get nextAt(): number {
    return this.queue.peekValue() ?? Infinity;
  }

  send(event: LogEvent, at: number): void {
    this.queue.push(event, at + LEAST_MS + exponential(this.random, JITTER_MS));
  }

  /** The next one. */
  take(): LogEvent | undefined {
    return this.queue.pop();
  }
}
