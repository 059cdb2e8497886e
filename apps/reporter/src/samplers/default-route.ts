import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The interface packets to the rest of the world leave by: of the IPv4 default route, or else the IPv6 one. */
export async function defaultRouteInterface(procRoot = '/proc'): Promise<string> {
  const read = (name: string) => readFile(join(procRoot, 'net', name), 'utf8').catch(() => '');
  const [ipv4, ipv6] = await Promise.all([read('route'), read('ipv6_route')]);
  const found = parseIpv4Routes(ipv4) ?? parseIpv6Routes(ipv6);
  if (found === undefined) throw new Error('there is no default route: set HOST_INTERFACE');
  return found;
}

interface Route {
  readonly networkInterface: string;
  readonly metric: number;
}

/** Route flags of Linux: the route is usable; it rejects what it matches (uapi/linux/route.h). */
const RTF_UP = 0x0001;
const RTF_REJECT = 0x0200;

/** /proc/net/route: Iface Destination Gateway Flags RefCnt Use Metric Mask …, numbers but the metric in hex. */
export function parseIpv4Routes(text: string): string | undefined {
  const routes = text.split('\n').flatMap((line): Route[] => {
    const [networkInterface = '', destination, , flags, , , metric, mask] = line.trim().split(/\s+/);
    const isDefault = destination === '00000000' && mask === '00000000' && isUsable(flags);
    return isDefault ? [{ networkInterface, metric: Number(metric) }] : [];
  });
  return preferred(routes);
}

/** /proc/net/ipv6_route: destination, its prefix length, source, its prefix length, next hop, metric, …, flags, device. */
export function parseIpv6Routes(text: string): string | undefined {
  const routes = text.split('\n').flatMap((line): Route[] => {
    const [destination, prefix, , , , metric = '', , , flags, networkInterface = ''] = line
      .trim()
      .split(/\s+/);
    const isDefault = destination === '0'.repeat(32) && prefix === '00' && isUsable(flags);
    return isDefault ? [{ networkInterface, metric: Number.parseInt(metric, 16) }] : [];
  });
  return preferred(routes);
}

function isUsable(flags = '0'): boolean {
  const bits = Number.parseInt(flags, 16);
  return (bits & RTF_UP) !== 0 && (bits & RTF_REJECT) === 0;
}

const preferred = (routes: readonly Route[]) =>
  routes.toSorted((a, b) => a.metric - b.metric)[0]?.networkInterface;
