import { createHmac } from 'node:crypto';
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
  const took = compare([bare, ...placements]);
  const base = took.get(bare.name) ?? NaN;
  return placements.map(({ name }) => ({
    what: `a placement with credential, ${name}`,
    against: 'a bare HMAC-SHA1 (node:crypto createHmac)',
    ratio: (took.get(name) ?? NaN) / base,
    aim: '≤ 3',
    detail: `${microseconds(took.get(name))} against ${microseconds(base)}`,
  }));
}

function microseconds(nanoseconds = NaN): string {
  return `${(nanoseconds / 1000).toFixed(2)} µs`;
}
