import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ROUTER_CONFIG, type RouterConfig } from '../config.js';
import { ProblemError } from '../problem-error.js';
import type { Principal } from './api-keys.js';

/** Bounds what one key, and one client behind a public key, can take; per router, in memory. */
@Injectable()
export class RateLimits {
  private readonly perKey: RateLimiterMemory | undefined;
  private readonly perClient: RateLimiterMemory | undefined;

  constructor(@Inject(ROUTER_CONFIG) config: RouterConfig) {
    this.perKey = limiter(config.RATE_LIMIT_PER_KEY, 1);
    this.perClient = limiter(config.RATE_LIMIT_PER_CLIENT, 60);
  }

  /**
   * A key with the scope `on-behalf` belongs to a server that asks for many clients; any other stands for the
   * clients that hold it, so they are told apart by their address.
   * @throws {ProblemError} `rate-limited`, with the seconds to wait.
   */
  async take(principal: Principal, clientAddress: string | undefined): Promise<void> {
    if (this.perKey) await take(this.perKey, principal.name, 'this API key');
    if (this.perClient && clientAddress !== undefined && !principal.scopes.has('on-behalf')) {
      await take(this.perClient, clientAddress, 'this client address');
    }
  }
}

function limiter(points: number, seconds: number): RateLimiterMemory | undefined {
  return points === 0 ? undefined : new RateLimiterMemory({ points, duration: seconds });
}

async function take(limit: RateLimiterMemory, key: string, whose: string): Promise<void> {
  try {
    await limit.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
    const detail = `The limit of ${limit.points} requests in ${limit.duration} s of ${whose} is used up`;
    throw new ProblemError('rate-limited', detail, undefined, seconds);
  }
}
