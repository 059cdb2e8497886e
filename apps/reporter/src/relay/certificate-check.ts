import type { LoggerService } from '@nestjs/common';
import { repeat } from '../repeat.js';
import { probeCertificate, type CertificateResult } from './certificate-probe.js';
import type { CertificateTarget } from './certificate-target.js';

export interface CertificateCheckOptions {
  readonly target: CertificateTarget;
  readonly logger: Pick<LoggerService, 'log' | 'warn'>;
  /** Milliseconds between two looks, and after one in vain; 10 minutes and one unless given. */
  readonly periodMs?: number;
  readonly retryMs?: number;
}

const PERIOD_MS = 10 * 60_000;
const RETRY_MS = 60_000;
/** What a handshake may take. */
const LIMIT_MS = 5_000;

/** Looks at the relay's certificate now and then: a renewed file that the relay did not load is seen as well. */
export class CertificateCheck {
  private last: CertificateResult | undefined;
  private seenExpiresAtMs: number | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly options: CertificateCheckOptions) {}

  /** When the certificate ends that was seen last, in ms since the epoch; `undefined` before the first. */
  get expiresAtMs(): number | undefined {
    return this.seenExpiresAtMs;
  }

  run(): Promise<void> {
    const { target, periodMs = PERIOD_MS, retryMs = RETRY_MS } = this.options;
    const look = async () => {
      const result = await probeCertificate(target, LIMIT_MS);
      this.take(result);
      return result.isSeen ? periodMs : retryMs;
    };
    return repeat(look, this.stopping.signal);
  }

  stop(): void {
    this.stopping.abort();
  }

  private take(result: CertificateResult): void {
    const { last } = this;
    this.last = result;
    const { logger, target } = this.options;
    const where = `${target.host}:${target.port}`;
    if (result.isSeen) {
      if (result.expiresAtMs !== this.seenExpiresAtMs) {
        logger.log(
          `The certificate at ${where} is valid until ${new Date(result.expiresAtMs).toISOString()}`,
        );
      }
      this.seenExpiresAtMs = result.expiresAtMs;
    } else if (last?.isSeen !== false || last.reason !== result.reason) {
      logger.warn(
        `The certificate at ${where} cannot be looked at (${result.reason}). ` +
          'If TLS works for clients, set CERTIFICATE_CHECK to an address it can be reached at from here.',
      );
    }
  }
}
