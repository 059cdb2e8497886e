import { fight } from '../load/duel.js';
import { ForkedServer } from '../load/forked.js';
import type { Figure } from '../suite/figure.js';
import type { Effort, Part } from '../suite/part.js';
import { httpSide } from './http.js';
import { SeedServer } from './seed-server.js';

/** Nodes, and how many times the requests of the other design there must be. */
const FLEETS = [
  { nodes: 24, atLeast: 12 },
  { nodes: 1_000, atLeast: 60 },
];
const LANES = 32;

export const seed: Part = {
  name: 'seed',
  title: 'Against an API that reads the fleet from Redis',
  about:
    'The same request to FastAPI on uvicorn, which asks Redis for `KEYS node:*` and one `GET` for each node, takes the least loaded one of the client’s region and signs (`bench/seed/server.py`, Debian’s packages, one process), and to one router process with the same fleet.',
  async run(effort) {
    const figures: Figure[] = [];
    for (const fleet of effort.isSmoke ? FLEETS.slice(0, 1) : FLEETS) {
      figures.push(...(await compareFleet(fleet, effort)));
    }
    return figures;
  },
};

async function compareFleet({ nodes, atLeast }: (typeof FLEETS)[number], effort: Effort): Promise<Figure[]> {
  const design = await SeedServer.start(nodes);
  const router = await ForkedServer.start('router', [`${nodes}`]);
  const [bare, ours] = [await httpSide(design), await httpSide(router)];
  try {
    return await fight(
      {
        what: `${nodes.toLocaleString('en')} nodes`,
        against: 'FastAPI and Redis',
        bare: { ...bare, warmUpMs: 3_000 },
        ours,
        lanes: LANES,
        target: { atLeast },
      },
      effort,
    );
  } finally {
    for (const { close } of [bare, ours]) close();
    await Promise.all([design.stop(), router.stop()]);
  }
}
