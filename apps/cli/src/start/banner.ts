import { relative } from 'node:path';
import { askIceServers } from '../router-client.js';
import { RESTART_AFTER_MS } from './supervisor.js';
import type { SystemPlan } from './system-plan.js';

/** An address in Germany. */
const EXAMPLE = { clientIp: '88.198.0.1', userId: 'alice' };

/** What there is now, and the request to try first with what comes of it. */
export async function describeSystem({ router, state, natsUrl }: SystemPlan): Promise<string> {
  const { placement, iceServers } = await askIceServers(router, EXAMPLE);
  const [turn] = iceServers;
  const host = new URL(router.url).host;
  const inside = relative('', state.path);
  const folder = inside.startsWith('..') ? state.path : inside;
  return `
Spillway is up. A client in Germany asks for a relay:

  curl -s -XPOST ${host}/v1/ice-servers -H 'authorization: Bearer ${router.key}' -H 'content-type: application/json' -d '${JSON.stringify(EXAMPLE)}'

  → ${placement.region} (${placement.reason}), node ${placement.nodes.join(', ')}
    ${turn?.urls.join(' ')}
    username ${turn?.username}

Fill it     npx spillway load --region eu-central-1 --utilization 0.95${natsUrl === DEFAULT_NATS ? '' : ` --nats ${natsUrl}`}
            in another terminal: it overloads, spills over, gets another real coturn, and comes back
The fleet   npx spillway fleet --key ${router.key}${router.url === DEFAULT_URL ? '' : ` --url ${router.url}`}
Try this    kill -9 a process of ${folder}/run.json and ask again; it is started again after ${RESTART_AFTER_MS / 1000} s
Logs        ${folder}/logs
Stop        Ctrl-C
`;
}

const DEFAULT_NATS = 'nats://127.0.0.1:4222';
const DEFAULT_URL = 'http://127.0.0.1:8080';
