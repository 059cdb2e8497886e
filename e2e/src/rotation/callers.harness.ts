import { setTimeout as sleep } from 'node:timers/promises';
import { iceServersAnswerSchema } from '@spillway/contracts';
import { allocate, type Allocation } from '@spillway/cli/turn-client';
import type { TurnCredential } from '@spillway/turn';
import type { Daemon } from '../nats/daemons.harness.js';

/** How often somebody calls. */
const BETWEEN_MS = 50;
/** How long the shortest calls last. */
const HELD_MS = 1_000;

/** An allocation and what it was made with. */
export interface Call {
  readonly uri: string;
  readonly credential: TurnCredential;
  readonly allocation: Allocation;
}

/**
 * Clients, one after the other: each asks a router, and the other when that does not answer, and makes a real
 * allocation with its answer. What does not go well is kept.
 */
export class Callers {
  readonly failures: string[] = [];
  made = 0;
  private readonly stopping = new AbortController();
  private readonly calls = new Set<Promise<void>>();
  private readonly running: Promise<void>;

  constructor(private readonly routers: () => readonly Daemon[]) {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await Promise.all(this.calls);
  }

  async call(): Promise<Call> {
    const answer = iceServersAnswerSchema.parse(await this.ask());
    const [server] = answer.iceServers;
    const uri = server?.urls[0];
    if (uri === undefined || server?.username === undefined || server.credential === undefined)
      throw new Error('the answer names no TURN server');
    const credential = { username: server.username, credential: server.credential };
    return { uri, credential, allocation: await allocate(uri, credential) };
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const call = this.callOnce().finally(() => this.calls.delete(call));
      this.calls.add(call);
      await sleep(BETWEEN_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async callOnce(): Promise<void> {
    try {
      const { allocation } = await this.call();
      await sleep(HELD_MS);
      await allocation.permit('8.8.8.8');
      await allocation.release();
      this.made++;
    } catch (error) {
      this.failures.push(`${new Date().toISOString()} ${String(error)}`);
    }
  }

  private async ask(): Promise<unknown> {
    let problem: unknown;
    for (const router of this.routers()) {
      try {
        const answer = await router.call('/v1/ice-servers', { userId: 'alice' });
        if (typeof answer === 'object' && answer !== null && 'iceServers' in answer) return answer;
        problem = JSON.stringify(answer);
      } catch (error) {
        problem = error;
      }
    }
    throw new Error(`no router answers: ${String(problem)}`);
  }
}
