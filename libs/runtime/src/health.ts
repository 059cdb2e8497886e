import { Controller, Get, Injectable, Module, Res } from '@nestjs/common';

/** `degraded`: serves, but an operator should know; `failing`: must not get traffic. */
export type CheckStatus = 'ok' | 'degraded' | 'failing';

export interface CheckResult {
  readonly status: CheckStatus;
  /** For a person: what is so, since when. Never a secret. */
  readonly detail: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly degraded: boolean;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

/** Where providers contribute what readiness depends on. Checks read memory only, so the answer never waits. */
@Injectable()
export class Health {
  private readonly checks = new Map<string, () => CheckResult>();

  add(name: string, check: () => CheckResult): void {
    this.checks.set(name, check);
  }

  readiness(): Readiness {
    const results = [...this.checks].map(([name, check]) => [name, runCheck(check)] as const);
    return {
      ready: results.every(([, result]) => result.status !== 'failing'),
      degraded: results.some(([, result]) => result.status !== 'ok'),
      checks: Object.fromEntries(results),
    };
  }
}

function runCheck(check: () => CheckResult): CheckResult {
  try {
    return check();
  } catch (error) {
    return { status: 'failing', detail: error instanceof Error ? error.message : String(error) };
  }
}

@Controller()
export class HealthController {
  constructor(private readonly health: Health) {}

  @Get('healthz')
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  ready(@Res({ passthrough: true }) reply: { status(code: number): unknown }): Readiness {
    const readiness = this.health.readiness();
    reply.status(readiness.ready ? 200 : 503);
    return readiness;
  }
}

/** `GET /healthz` (the process is alive) and `GET /readyz` (503 while any check is failing). */
@Module({ providers: [Health], controllers: [HealthController], exports: [Health] })
export class HealthModule {}
