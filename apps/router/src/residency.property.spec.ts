import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { STRATEGY_NAMES, TRANSPORTS, type Heartbeat, type IceServersAnswer } from '@spillway/contracts';
import { aPolicy } from '@spillway/testkit';
import { tenantOf } from './auth/tenant.js';
import { FleetView } from './fleet/fleet-view.js';
import { IceServersService } from './issue/ice-servers.service.js';
import { NodeSecrets } from './issue/node-secrets.js';
import { ProblemError } from './problem-error.js';
import { MASTER_SECRET } from './testing/fleet.harness.js';
import { aWorld, EUROPE, WORLD, worldLocator, worldRegions } from './testing/world.harness.js';

const REQUESTS = 10_000;
const NOW = Date.UTC(2026, 10, 22);

const isEuropean = (region: string) => EUROPE.some((each) => each === region);
const inEurope = (state: Parameters<typeof aWorld>[0]) =>
  aWorld((region) => (isEuropean(region) ? state?.(region) : {}));

/** Whom the tenant's clients get to know, by strategy: each has a router of its own. */
function askersOf(fleet: readonly Heartbeat[]) {
  return STRATEGY_NAMES.map((strategy) => {
    const policy = aPolicy({
      strategy,
      regions: worldRegions(),
      fixedMap: { continents: {}, fallback: 'us-east-1' },
      tenants: { acme: { regions: { require: EUROPE } } },
    });
    const view = new FleetView('boot', () => 0);
    view.setLink('up');
    view.fold({ position: 1, at: NOW, event: { kind: 'policy', policy } });
    for (const heartbeat of fleet)
      view.fold({ position: 2, at: NOW, event: { kind: 'heartbeat', heartbeat } });
    view.needUpTo(1);
    const secrets = new NodeSecrets(MASTER_SECRET);
    const parts = { view, locator: worldLocator, secrets, issued: { add: () => {}, refuse: () => {} } };
    const service = new IceServersService({ ...parts, routerId: 'r', bootId: 'b' });
    const tenant = tenantOf(policy, 'acme');
    const principal = { name: 'acme/1', scopes: new Set(['issue', 'on-behalf'] as const), tenant };
    return (body: object) => service.answer(body, { principal, address: undefined });
  });
}

/** A request from anywhere, for whatever may be asked. */
const anyRequest = fc.record(
  {
    clientIp: fc.ipV4(),
    region: fc.record(
      {
        require: fc.uniqueArray(fc.constantFrom(...WORLD), { minLength: 1, maxLength: 4 }),
        prefer: fc.constantFrom(...WORLD),
      },
      { requiredKeys: [] },
    ),
    count: fc.integer({ min: 1, max: 3 }),
    transports: fc.uniqueArray(fc.constantFrom(...TRANSPORTS), { minLength: 1 }),
  },
  { requiredKeys: [] },
);

/** `served`, the code of a refusal that says why, or what must not be. */
function outcomeOf(ask: () => IceServersAnswer): string {
  try {
    const { region, nodes, nearestRegion } = ask().placement;
    const places = [region, nearestRegion ?? region, ...nodes.map((node) => node.slice(0, -2))];
    return places.every(isEuropean) ? 'served' : `named ${places.join(', ')}`;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const saysWhy = /eu-|the tenant "acme"/.test(error.message);
    return [422, 503].includes(error.status) && saysWhy ? error.code : `${error.status} ${error.message}`;
  }
}

/** All outcomes of as many requests, with any strategy. */
function outcomes(fleet: readonly Heartbeat[]): Set<string> {
  const seen = new Set<string>();
  const asker = fc.constantFrom(...askersOf(fleet));
  fc.assert(
    fc.property(asker, anyRequest, (ask, request) => {
      seen.add(outcomeOf(() => ask(request)));
    }),
    { numRuns: REQUESTS },
  );
  return seen;
}

describe(`${REQUESTS} requests from all over the world of a tenant pinned to the EU`, () => {
  it('are served in the EU while there is room', () => {
    expect(outcomes(aWorld())).toEqual(new Set(['served', 'requirement-unmet']));
  });

  it('are served in the EU while that is overloaded and all else is empty', () => {
    const fleet = inEurope(() => ({ load: { cpu: 0.97 } }));
    expect(outcomes(fleet)).toEqual(new Set(['served', 'requirement-unmet']));
  });

  it('are refused for want of room there while the EU is full and all else is empty', () => {
    const fleet = inEurope(() => ({ load: { cpu: 1 } }));
    expect(outcomes(fleet)).toEqual(new Set(['no-capacity', 'requirement-unmet']));
  });

  it.each(['draining', 'stopped', 'starting'] as const)('are refused while all of the EU is %s', (state) => {
    expect(outcomes(inEurope(() => ({ state })))).toEqual(new Set(['requirement-unmet']));
  });

  it('are refused while nobody in the EU is known', () => {
    const fleet = aWorld().filter(({ region }) => !isEuropean(region));
    expect(outcomes(fleet)).toEqual(new Set(['requirement-unmet']));
  });

  it('are served in what is left of the EU', () => {
    const fleet = aWorld().filter(({ region }) => !isEuropean(region) || region === 'eu-north-1');
    expect(outcomes(fleet)).toEqual(new Set(['served', 'requirement-unmet']));
  });
});
