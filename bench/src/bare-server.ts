import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reportToParent } from './bench-child.js';
import { aService } from './world.js';

const principal = { name: 'bench', scopes: new Set(['issue'] as const) };
const answer = aService(24).answer({ userId: 'alice' }, { principal, address: undefined });

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (text += chunk));
  request.on('end', () => {
    const { userId } = JSON.parse(text) as { userId: string };
    const body = JSON.stringify({ ...answer, placement: { ...answer.placement, decisionId: userId } });
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => reportToParent((server.address() as AddressInfo).port));
