// A receiver of Spillway's webhooks: PORT, WEBHOOK_SECRET and REGIONS are its variables. Its "machines" are a list.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

const { PORT = '8090', WEBHOOK_SECRET = '', REGIONS = 'eu-central-1' } = process.env;
const groups = new Map(REGIONS.split(',').map((region) => [region, { machines: [], plan: [0, 0] }]));
let started = 0;

function isSigned(header = '', signed) {
  const { t, v1 = '' } = Object.fromEntries(header.split(',').map((part) => part.split('=')));
  const mac = createHmac('sha256', WEBHOOK_SECRET).update(`${t}.${signed}`).digest();
  const given = Buffer.from(v1, 'hex');
  const isFresh = Math.abs(Date.now() / 1000 - Number(t)) < 300;
  return isFresh && given.length === mac.length && timingSafeEqual(given, mac);
}

function handle({ method, url, headers }, body) {
  if (!isSigned(headers['spillway-signature'], method === 'GET' ? url : body)) return [401, 'bad signature'];
  const order = method === 'GET' ? undefined : JSON.parse(body);
  const group = groups.get(order?.region ?? new URL(url, 'http://localhost').searchParams.get('region'));
  if (!group) return [404, 'no such region'];
  if (!order) return [200, { instances: group.machines }];
  const [generation, revision] = group.plan;
  if (order.generation < generation || (order.generation === generation && order.revision < revision))
    return [409, `plan ${revision} of generation ${generation} has been begun`];
  group.plan = [order.generation, order.revision];
  // Here machines would be ordered and cancelled; "booting" and "ending" tell that they are on their way.
  if (order.action === 'end')
    group.machines = group.machines.filter(({ instanceId }) => !order.instanceIds.includes(instanceId));
  else
    while (group.machines.length < order.desired)
      group.machines.push({ instanceId: `machine-${++started}`, phase: 'running' });
  return [202, { started }];
}

createServer(async (request, response) => {
  const [status, answer] = handle(request, await text(request));
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}).listen(Number(PORT), '127.0.0.1', () => console.log('listening'));
