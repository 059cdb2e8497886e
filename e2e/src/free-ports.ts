import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports for one system, as options of `spillway start`. */
export interface SystemPorts {
  readonly http: number;
  readonly grpc: number;
  readonly nats: number;
  readonly turn: number;
}

/** Three ports, then three for each of the three nodes, ten apart. */
const BLOCK = 40;

/** A block of free ports below those that are given to outgoing connections. */
export async function findFreePorts(): Promise<SystemPorts> {
  for (;;) {
    const base = randomInt(20_000, 30_000);
    const block = Array.from({ length: BLOCK }, (_, offset) => base + offset);
    const free = await Promise.all(block.map(isFree));
    if (free.every(Boolean)) return { http: base, grpc: base + 1, nats: base + 2, turn: base + 10 };
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port);
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
