import type { LoggerService } from '@nestjs/common';
import { softwareOf } from '@spillway/turn';
import { repeat } from '../repeat.js';
import { checkPeriodMs, MISSES_UNTIL_SILENT, NEVER_ASKED, recordCheck, type Liveness } from './liveness.js';
import { parseSoftware, type Software } from './software.js';
import { probeStun, type ProbeResult } from './stun-probe.js';
import { formatStunTarget, type StunTarget } from './stun-target.js';

export interface RelayCheckOptions {
  readonly target: StunTarget;
  /** Milliseconds between two checks of a relay that answers. */
  readonly intervalMs: number;
  readonly logger: Pick<LoggerService, 'log' | 'warn'>;
  /** Called after every check. */
  readonly onChecked: () => void;
}

/** Asks the relay over and over whether it is there. */
export class RelayCheck {
  private liveness: Liveness = NEVER_ASKED;
  private lastSoftware: Software | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly options: RelayCheckOptions) {}

  get isAnswering(): boolean {
    return this.liveness.isAnswering;
  }

  /** As the relay's last answer says; `undefined` when it does not. */
  get software(): Software | undefined {
    return this.lastSoftware;
  }

  run(): Promise<void> {
    const { intervalMs, target } = this.options;
    const check = async () => {
      this.take(await probeStun(target, intervalMs / 2));
      return checkPeriodMs(this.liveness, intervalMs);
    };
    return repeat(check, this.stopping.signal);
  }

  stop(): void {
    this.stopping.abort();
  }

  private take(result: ProbeResult): void {
    const before = this.liveness;
    this.liveness = recordCheck(before, result.isAnswered);
    if (result.isAnswered) this.lastSoftware = parseSoftware(softwareOf(result.message) ?? '');
    this.logTurn(before, result);
    this.options.onChecked();
  }

  private logTurn(before: Liveness, result: ProbeResult): void {
    const where = formatStunTarget(this.options.target);
    if (result.isAnswered && !before.isAnswering) {
      const { name = 'unknown software', version = null } = this.lastSoftware ?? {};
      this.options.logger.log(`The relay answers STUN at ${where}: ${name} ${version ?? ''}`.trimEnd());
    } else if (!result.isAnswered && this.liveness.misses === MISSES_UNTIL_SILENT) {
      this.options.logger.warn(
        `The relay does not answer STUN at ${where} (${result.reason}), so it is not serving. ` +
          'If it runs, set STUN_CHECK to an address it can be reached at from here.',
      );
    }
  }
}
