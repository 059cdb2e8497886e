import { setTimeout as delay } from 'node:timers/promises';
import type { LogRetention } from '@spillway/contracts';
import pRetry from 'p-retry';
import { ProvisionError } from './errors.js';
import type { NatsLink } from './nats-link.js';
import { mayBeForming, provisionLog, toProvisionError } from './provision.js';

/** Milliseconds until what was refused is asked for again: the operator may have followed the advice. */
const REFUSED_RETRY_MS = 10_000;

/** Milliseconds a cluster is given to form. */
const FORMING_MS = 30_000;

/**
 * Provisions when asked to, and again whenever the link is back, for a server may have lost its store. What is refused
 * is told at once and asked for again later.
 */
export class Provisioner {
  private asked: { readonly retention: LogRetention | undefined } | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly link: NatsLink) {
    link.onChange((state) => {
      if (state === 'up') this.again();
    });
  }

  /** @throws {ProvisionError} for what trying again would not cure. */
  async provision(retention: LogRetention | undefined): Promise<void> {
    this.asked = { retention };
    await this.running?.catch(() => undefined);
    await this.start(retention);
  }

  private again(): void {
    if (!this.asked || this.running) return;
    this.start(this.asked.retention).catch((error) => this.link.logger.error(String(error)));
  }

  private start(retention: LogRetention | undefined): Promise<void> {
    const run = this.tryOn(retention).finally(() => {
      if (this.running === run) this.running = undefined;
    });
    this.running = run;
    run.catch(async () => {
      const wait = { ref: false, signal: this.link.closing };
      await delay(REFUSED_RETRY_MS, undefined, wait).then(
        () => this.again(),
        () => undefined,
      );
    });
    return run;
  }

  private async tryOn(retention: LogRetention | undefined): Promise<void> {
    const { link } = this;
    let formedBy = Number.POSITIVE_INFINITY;
    const isWorthWaiting = (error: Error) => {
      if (!mayBeForming(error)) return toProvisionError(error) === undefined;
      formedBy = Math.min(formedBy, performance.now() + FORMING_MS);
      return performance.now() < formedBy;
    };
    const attempt = async () => {
      const session = await link.up(link.closing);
      await link.whileUp(provisionLog(session, retention), link.closing);
    };
    try {
      await pRetry(attempt, {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: 100,
        maxTimeout: 2_000,
        randomize: true,
        signal: link.closing,
        shouldRetry: ({ error }) => isWorthWaiting(error),
        onFailedAttempt: ({ error, attemptNumber }) => {
          if (attemptNumber === 1) link.logger.warn(`The log could not be provisioned: ${error.message}`);
        },
      });
    } catch (error) {
      if (!link.closing.aborted) throw toProvisionError(error) ?? error;
      const remedy = 'Wait for it before closing the bus';
      throw new ProvisionError(
        'closed',
        'The log was not provisioned before the bus was closed',
        remedy,
        error,
      );
    }
  }
}
