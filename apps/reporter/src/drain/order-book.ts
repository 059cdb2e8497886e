import type { LoggerService } from '@nestjs/common';
import { subjectOf, type Command, type Heartbeat, type LogEntry } from '@spillway/contracts';
import { LogClock } from '@spillway/fleet';
import type { Bus, Following } from '@spillway/messaging';
import {
  advance,
  deadlineOf,
  judge,
  NO_ORDERS,
  obey,
  recall,
  withDeadline,
  type Orders,
  type RelayLoad,
} from './orders.js';

export interface OrderBookOptions {
  readonly bus: Pick<Bus, 'followLast' | 'link' | 'onLink'>;
  readonly node: Pick<Heartbeat, 'region' | 'nodeId' | 'instanceId' | 'bootId'>;
  /** Milliseconds for which the relay must be seen empty. */
  readonly quietMs: number;
  readonly logger: Pick<LoggerService, 'log' | 'warn'>;
  /** What was in force before this run is known: from now on heartbeats may be published. */
  readonly onRecalled: () => void;
  /** Called whenever the orders, or whether they are read, may have changed. */
  readonly onChanged: () => void;
  readonly onJudged: (verdict: 'obeyed' | 'expired' | 'other-instance') => void;
  /** Milliseconds with a link after which the node serves without having read its orders. */
  readonly readLimitMs?: number;
}

/**
 * Long enough for a failover of JetStream. A node that may not read the log, or whose log is broken, serves after
 * that, as one that cannot be drained; without a link the time stands still, for nobody hears the node then.
 */
const READ_LIMIT_MS = 30_000;

/**
 * The orders of this node, read from the log. Until they are read the node is not serving:
 *
 * 1. The node's last heartbeat and its last command are read. Nothing is published before that, because the
 *    heartbeat is the memory of what was obeyed and would be overwritten.
 * 2. Then the first heartbeat is published. It comes back on the log with the log's time, which says whether the
 *    command has expired: the clock of this machine is not trusted with that.
 */
export class OrderBook {
  private current: Orders = NO_ORDERS;
  private lastHeartbeat: Heartbeat | undefined;
  /** Read, but not yet judged: with the log time it was written at. */
  private pending: { command: Command; at: number } | undefined;
  private readonly clock = new LogClock();
  private phase: 'reading' | 'recalled' | 'read' | 'gave-up' = 'reading';
  private limit: NodeJS.Timeout | undefined;
  /** Of the node itself, until they told the log's time: each that came after would ask the log for nothing. */
  private heartbeats: Promise<Following> | undefined;
  private commands: Promise<Following> | undefined;
  private markRead: () => void = () => undefined;
  private forgetLink: () => void = () => undefined;

  constructor(private readonly options: OrderBookOptions) {}

  get orders(): Orders {
    return this.current;
  }

  /** Whether the node may serve as far as its orders go. */
  get isSettled(): boolean {
    return this.phase === 'read' || this.phase === 'gave-up';
  }

  /** Whether commands reach this node, as far as that is known. */
  get isHeard(): boolean {
    return this.phase === 'read';
  }

  start(): void {
    const { bus, node } = this.options;
    const isRead = new Promise<void>((resolve) => (this.markRead = resolve));
    this.forgetLink = bus.onLink((link) => this.watchLink(link === 'up'));
    this.watchLink(bus.link === 'up');
    const heartbeats = bus.followLast(
      { onEntry: (entry) => this.take(entry), onCaughtUp: () => this.followCommands() },
      [subjectOf.heartbeat(node.region, node.nodeId)],
    );
    this.heartbeats = heartbeats;
    void isRead.then(async () => (await heartbeats).stop());
  }

  async stop(): Promise<void> {
    this.forgetLink();
    clearTimeout(this.limit);
    await (await this.heartbeats)?.stop();
    await (await this.commands)?.stop();
  }

  /** Takes note of how the relay is. */
  watch(relay: RelayLoad): void {
    const { drain } = this.current;
    if (!drain) return;
    const next = advance(drain, relay, performance.now(), this.options.quietMs);
    if (next === drain) return;
    this.current = { ...this.current, drain: next };
    if (!next.isOver) return;
    const why =
      relay.allocations === 0 ? 'the relay is empty' : `the deadline has passed (${describe(relay)})`;
    this.options.logger.log(
      `Drain ${next.commandId} is over: ${relay.hasFinished ? 'the relay ended' : why}`,
    );
  }

  private take({ event, at }: LogEntry): void {
    this.clock.observe(at, performance.now());
    if (event.kind === 'command') {
      this.pending = { command: event.command, at };
      if (this.isSettled) this.settle();
    } else if (event.kind === 'heartbeat') {
      if (this.phase === 'reading') this.lastHeartbeat = event.heartbeat;
      else if (!this.isHeard && event.heartbeat.bootId === this.options.node.bootId) this.finishReading();
    }
  }

  private followCommands(): void {
    const { bus, node } = this.options;
    this.commands ??= bus.followLast(
      { onEntry: (entry) => this.take(entry), onCaughtUp: () => this.remember() },
      [subjectOf.command(node.region, node.nodeId)],
    );
  }

  private remember(): void {
    if (this.phase !== 'reading') return;
    const { node, logger, onRecalled } = this.options;
    this.phase = 'recalled';
    this.current = recall(this.lastHeartbeat, node.instanceId, performance.now());
    const { drain } = this.current;
    if (drain)
      logger.log(`Drain ${drain.commandId} of an earlier run ${drain.isOver ? 'is over' : 'goes on'}`);
    onRecalled();
  }

  private finishReading(): void {
    clearTimeout(this.limit);
    this.phase = 'read';
    this.markRead();
    this.settle();
  }

  private giveUp(): void {
    this.options.logger.warn(
      `The orders of this node could not be read from the log within ${this.readLimitMs / 1000} s, so it serves ` +
        'without: drains may not reach it. Does NATS let it read its own subjects, and is JetStream there?',
    );
    const wasReading = this.phase === 'reading';
    this.phase = 'gave-up';
    if (wasReading) this.options.onRecalled();
    this.settle();
  }

  private settle(): void {
    if (this.pending) this.judge(this.pending.command, this.pending.at);
    this.pending = undefined;
    this.options.onChanged();
  }

  private judge(command: Command, at: number): void {
    const { node, logger, onJudged } = this.options;
    const now = performance.now();
    const logTime = this.clock.now(now);
    const verdict = judge(command, this.current, { instanceId: node.instanceId, logTime });
    const deadlineAt = now + deadlineOf(command, at) - logTime;
    if (verdict === 'known') {
      if (command.command === 'drain') this.current = withDeadline(this.current, deadlineAt);
      return;
    }
    onJudged(verdict === 'obey' ? 'obeyed' : verdict);
    const what = `${command.command} ${command.id} (${command.origin}${command.reason && `: ${command.reason}`})`;
    if (verdict !== 'obey') {
      const why =
        verdict === 'expired' ? `expired at ${command.expiresAt}` : `it is for ${command.instanceId}`;
      return logger.warn(`Not obeyed, ${why}: ${what}`);
    }
    this.current = obey(command, now, deadlineAt);
    const seconds = Math.max(0, Math.round((deadlineAt - now) / 1000));
    logger.log(`Obeyed: ${what}${command.command === 'drain' ? `, ${seconds} s at most` : ''}`);
  }

  private watchLink(isUp: boolean): void {
    clearTimeout(this.limit);
    if (isUp && !this.isSettled) this.limit = setTimeout(() => this.giveUp(), this.readLimitMs);
  }

  private get readLimitMs(): number {
    return this.options.readLimitMs ?? READ_LIMIT_MS;
  }
}

const describe = ({ allocations }: RelayLoad) => `${allocations ?? 'an unknown number of'} allocations left`;
