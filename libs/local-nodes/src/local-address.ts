import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

/**
 * The first IPv4 address of this machine that is not loopback, `undefined` where there is none. Only interfaces
 * that are up and running are looked at. Browsers do not connect from relay to relay on 127.0.0.1.
 */
export function findLocalAddress(
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): string | undefined {
  const addresses = Object.values(interfaces).flatMap((each) => each ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}
