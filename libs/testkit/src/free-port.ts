import { randomInt } from 'node:crypto';
import getPort, { portNumbers } from 'get-port';

/**
 * Below those that Linux hands out by itself (`ip_local_port_range`), or somebody else would be given the port before it
 * is listened on. From anywhere in between, for specs of other packages run at the same time.
 */
const PORTS = { first: 10_000, last: 32_000 } as const;

/** A port of this machine on which nobody listens. */
export function freePort(): Promise<number> {
  return getPort({ port: portNumbers(randomInt(PORTS.first, PORTS.last), PORTS.last) });
}
