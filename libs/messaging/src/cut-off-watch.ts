import { JetStreamApiError, type StreamInfo } from '@nats-io/jetstream';
import { PermissionViolationError } from '@nats-io/transport-node';
import { Doubt } from './doubt.js';
import type { NatsLink } from './nats-link.js';

/** Milliseconds without an answer of the log after which another server is tried: longer than most failovers. */
const LIMIT_MS = 10_000;

/** Milliseconds after which the server that was left may be gone to again, unless all others were tried before. */
const LEFT_OUT_MS = 15_000;

const UNAVAILABLE = 503;

/**
 * A NATS server that is cut off from its cluster keeps its clients: the link is up, but the log stands still and nothing
 * is stored. Who knows of another server goes there.
 */
export class CutOffWatch {
  // With jitter, so that not all clients of a server leave it at once.
  private readonly doubt = new Doubt(LIMIT_MS * (1 + Math.random() / 2));

  constructor(private readonly link: NatsLink) {}

  /** The log answered, as only a server can that is with its cluster. */
  answered(): void {
    const now = performance.now();
    this.doubt.answered(now);
    const pool = this.link.upSession?.pool;
    pool?.remember(now);
    pool?.restore();
  }

  /**
   * The log was asked and did not answer.
   * @param since when it was asked, in monotonic ms.
   */
  failed(error: unknown, since: number): void {
    const session = this.link.upSession;
    if (!session) return this.doubt.forget();
    if (isAnswer(error)) return this.answered();
    if (!this.doubt.grows(since, performance.now())) return;
    const { connection, pool } = session;
    const { current } = pool;
    if (!pool.leaveOut()) return;
    this.link.logger.warn(
      `${current} is there, but not its log: is it cut off from its cluster? Going to another`,
    );
    setTimeout(() => pool.restore(), LEFT_OUT_MS).unref();
    connection
      .reconnect()
      .catch((error: unknown) => this.link.logger.warn(`It was not left: ${String(error)}`));
  }
}

/**
 * Whether the log has a leader, and with it a majority. A server that led the log when it was cut off goes on telling
 * what it has (nats-server 2.9): first as the leader of servers that it does not hear, and then without one.
 */
export function isLed({ cluster }: Pick<StreamInfo, 'cluster'>): boolean {
  if (!cluster) return true;
  const { leader, replicas = [] } = cluster;
  const present = replicas.filter(({ current }) => current).length + 1;
  return Boolean(leader) && 2 * present > replicas.length + 1;
}

/** A refusal by somebody who knows. Whoever may not ask cannot tell. */
function isAnswer(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.status !== UNAVAILABLE;
  return error instanceof PermissionViolationError || (error instanceof Error && isAnswer(error.cause));
}
