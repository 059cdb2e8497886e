import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerLike } from './answer-like.js';
import { reportToParent } from './child.js';

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => (text += chunk));
  request.on('end', () => {
    const { userId } = JSON.parse(text) as { userId: string };
    const body = JSON.stringify(answerLike(userId));
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
// As long as Fastify's: its connections wait while another server's turn lasts.
server.keepAliveTimeout = 72_000;
server.listen(0, '127.0.0.1', () => reportToParent((server.address() as AddressInfo).port));
