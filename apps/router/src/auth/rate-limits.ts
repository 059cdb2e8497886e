import { Inject, Injectable } from '@nestjs/common';
import { clientKey } from '../client-address.js';
import { ROUTER_CONFIG, type RouterConfig } from '../config.js';
import { ProblemError } from '../problem-error.js';
import type { Principal } from './api-keys.js';
import { FixedWindow } from './fixed-window.js';

/** Bounds what one key, and one client behind a public key, can take; per router, in memory. */
@Injectable()
export class RateLimits {
  private readonly perKey: FixedWindow | undefined;
  private readonly perClient: FixedWindow | undefined;

  constructor(@Inject(ROUTER_CONFIG) config: RouterConfig) {
    const { RATE_LIMIT_PER_KEY, RATE_LIMIT_PER_CLIENT } = config;
    this.perKey = RATE_LIMIT_PER_KEY > 0 ? new FixedWindow(RATE_LIMIT_PER_KEY, 1_000) : undefined;
    this.perClient = RATE_LIMIT_PER_CLIENT > 0 ? new FixedWindow(RATE_LIMIT_PER_CLIENT, 60_000) : undefined;
  }

  /**
   * A key with the scope `on-behalf` belongs to a server that asks for many clients; any other stands for the
   * clients that hold it, so they are told apart by their address.
   * @throws {ProblemError} `rate-limited`, with the seconds to wait.
   */
  take(principal: Principal, clientAddress: string | undefined): void {
    const now = performance.now();
    if (this.perKey) take(this.perKey, principal.name, now, 'this API key');
    if (this.perClient && clientAddress !== undefined && !principal.scopes.has('on-behalf')) {
      take(this.perClient, clientKey(clientAddress), now, 'this client address');
    }
  }
}

function take(window: FixedWindow, key: string, now: number, whose: string): void {
  const waitMs = window.take(key, now);
  if (waitMs === 0) return;
  const detail = `The limit of ${window.limit} requests in ${window.lengthMs / 1000} s of ${whose} is used up`;
  throw new ProblemError('rate-limited', detail, undefined, Math.max(1, Math.ceil(waitMs / 1000)));
}
