import { createHmac } from 'node:crypto';
import { HmacSha1 } from '@spillway/turn';
import { compare, type Contestant } from './compare.js';
import type { Result } from './report.js';
import { aService } from './world.js';

const FLEETS = [10, 1_000, 10_000];
const CALLER = {
  principal: { name: 'bench', scopes: new Set(['issue', 'on-behalf'] as const) },
  address: undefined,
};

/** A whole placement with its credential – request checked, region, node, reservation, answer – for one client. */
export function benchPlacement(): Result[] {
  let n = 0;
  const secret = 'lfxQBhAPSbbGKJwzTHiLeFjcHpqVgc23jbzb9Fr-YGA';
  const bare: Contestant = {
    name: 'createHmac',
    run: () => createHmac('sha1', secret).update(`1795342200:user-${n++}`).digest('base64'),
  };
  const placements = FLEETS.map((nodes): Contestant => {
    const service = aService(nodes);
    const run = () => service.answer({ clientIp: '203.0.113.7', userId: `user-${n++}` }, CALLER);
    return { name: `${nodes.toLocaleString('en')} nodes`, run };
  });
  const hmac = new HmacSha1(secret);
  const kept: Contestant = {
    name: 'a signature with a kept key (HmacSha1)',
    run: () => hmac.sign(`1795342200:user-${n++}`),
  };
  const took = compare([bare, kept, ...placements]);
  const base = took.get(bare.name) ?? NaN;
  const result = (name: string, what: string, aim: string): Result => ({
    what,
    against: 'a bare HMAC-SHA1 (node:crypto createHmac)',
    ratio: (took.get(name) ?? NaN) / base,
    aim,
    detail: `${microseconds(took.get(name))} against ${microseconds(base)}`,
  });
  return [
    result(kept.name, kept.name, '< 1'),
    ...placements.map(({ name }) => result(name, `a placement with credential, ${name}`, '≤ 3')),
  ];
}

function microseconds(nanoseconds = NaN): string {
  return `${(nanoseconds / 1000).toFixed(2)} µs`;
}
