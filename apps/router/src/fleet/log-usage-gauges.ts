import type { LogUsage } from '@spillway/messaging';
import { Gauge, type Registry } from 'prom-client';

/** How far back the log goes and how full it is; no values while that cannot be known. */
export class LogUsageGauges {
  private readonly gauges: readonly (readonly [Gauge, (usage: LogUsage) => number | null])[];

  constructor(registry: Registry) {
    const gauge = (name: string, help: string, read: (usage: LogUsage) => number | null) =>
      [new Gauge({ name, help, registers: [registry] }), read] as const;
    this.gauges = [
      gauge(
        'spillway_log_span_seconds',
        'From the oldest message on the log to the newest: so far back an incident can be reviewed',
        ({ spanMs }) => spanMs / 1000,
      ),
      gauge(
        'spillway_log_max_age_seconds',
        'LOG_MAX_AGE_SECONDS: of what is older the log is rid',
        ({ maxAgeMs }) => maxAgeMs && maxAgeMs / 1000,
      ),
      gauge('spillway_log_bytes', 'What is on the log takes, on one server', ({ bytes }) => bytes),
      gauge(
        'spillway_log_max_bytes',
        'LOG_MAX_BYTES: where the log takes more, the oldest goes',
        ({ maxBytes }) => maxBytes,
      ),
    ];
    this.show(undefined);
  }

  show(usage: LogUsage | undefined): void {
    for (const [gauge, read] of this.gauges) {
      const value = usage ? read(usage) : null;
      if (value === null) gauge.remove();
      else gauge.set(value);
    }
  }
}
