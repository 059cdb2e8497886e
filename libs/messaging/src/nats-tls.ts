import { isIP } from 'node:net';
import { checkServerIdentity, type ConnectionOptions as TlsOptions } from 'node:tls';
import type { ConnectionOptions } from '@nats-io/transport-node';

/** What Node believes an address without a name is called. */
const NAMELESS = 'localhost';

/**
 * TLS for these servers. The client (3.4) hands it on to Node and tells the name of the server alone: the certificate
 * of one that is named by its address must be for one of the addresses given.
 * @param ca certificates, PEM; those the machine trusts unless given.
 */
export function toTlsOptions(
  hosts: readonly string[],
  ca: string | undefined,
): NonNullable<ConnectionOptions['tls']> & Pick<TlsOptions, 'checkServerIdentity'> {
  const addresses = hosts.map((host) => host.replaceAll(/[[\]]/g, '')).filter((host) => isIP(host) > 0);
  const check: TlsOptions['checkServerIdentity'] = (name, certificate) => {
    const names = name === NAMELESS ? [name, ...addresses] : [name];
    const problems = names.map((each) => checkServerIdentity(each, certificate));
    return problems.includes(undefined) ? undefined : problems.at(-1);
  };
  return { ...(ca !== undefined && { ca }), ...(addresses.length > 0 && { checkServerIdentity: check }) };
}
