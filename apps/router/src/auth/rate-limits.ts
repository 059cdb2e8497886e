import { Inject, Injectable } from '@nestjs/common';
import { clientKey } from '../client-address.js';
import { ROUTER_CONFIG, type RouterConfig } from '../config.js';
import { ProblemError } from '../problem-error.js';
import type { Principal } from './api-keys.js';
import { FixedWindow } from './fixed-window.js';

/** Who is counted, and how many requests it has; 0 for as many as it likes. */
interface Allowance {
  readonly who: string;
  readonly limit: number;
  /** In messages. */
  readonly whose: string;
}

/** Bounds what one key or tenant, and one client behind a public key, can take; per router, in memory. */
@Injectable()
export class RateLimits {
  private readonly bySecond = new FixedWindow(1_000);
  private readonly byMinute = new FixedWindow(60_000);

  constructor(@Inject(ROUTER_CONFIG) private readonly config: RouterConfig) {}

  /**
   * A key with the scope `on-behalf` belongs to a server that asks for many clients; any other stands for the
   * clients that hold it, so they are told apart by their address.
   * @throws {ProblemError} `rate-limited`, with the seconds to wait.
   */
  take(principal: Principal, clientAddress: string | undefined): void {
    const now = performance.now();
    take(this.bySecond, this.allowanceOf(principal), now);
    if (clientAddress === undefined || principal.scopes.has('on-behalf')) return;
    take(this.byMinute, this.allowanceOfClient(principal, clientAddress), now);
  }

  /** A tenant that has a limit of its own shares it among its keys. Names of keys and tenants never meet. */
  private allowanceOf({ name, tenant }: Principal): Allowance {
    if (tenant?.perSecond === undefined) {
      return { who: name, limit: this.config.RATE_LIMIT_PER_KEY, whose: 'this API key' };
    }
    return { who: `${tenant.name}/`, limit: tenant.perSecond, whose: `the tenant "${tenant.name}"` };
  }

  /** One client of two tenants is two: what it does with one is none of the other's. */
  private allowanceOfClient({ tenant }: Principal, address: string): Allowance {
    return {
      who: `${tenant?.name ?? ''} ${clientKey(address)}`,
      limit: tenant?.perClientPerMinute ?? this.config.RATE_LIMIT_PER_CLIENT,
      whose: 'this client address',
    };
  }
}

function take(window: FixedWindow, { who, limit, whose }: Allowance, now: number): void {
  if (limit === 0) return;
  const waitMs = window.take(who, limit, now);
  if (waitMs === 0) return;
  const detail = `The limit of ${limit} requests in ${window.lengthMs / 1000} s of ${whose} is used up`;
  throw new ProblemError('rate-limited', detail, undefined, Math.max(1, Math.ceil(waitMs / 1000)));
}
