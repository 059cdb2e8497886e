import { isIP } from 'node:net';
import { parseTurnUri, portOf, transportOf } from '@spillway/turn';

/** Where the certificate of a relay is looked at, and for what name. */
export interface CertificateTarget {
  readonly host: string;
  readonly port: number;
  /** As clients ask for it (RFC 6066 §3); `undefined` for an address, which has none. */
  readonly serverName: string | undefined;
}

const nameOf = (host: string) => (isIP(host) === 0 ? host : undefined);

/** The first of a node's URLs over TLS; `undefined` when there is none. DTLS shows the same certificate. */
export function certificateTargetOf(urls: readonly string[]): CertificateTarget | undefined {
  const url = urls.find((candidate) => transportOf(candidate) === 'tls');
  const uri = url === undefined ? undefined : parseTurnUri(url);
  return uri && { host: uri.host, port: portOf(uri), serverName: nameOf(uri.host) };
}

/** Another address of the same server: what is asked for is still the name that clients know. */
export function certificateTargetAt(
  address: { readonly host: string; readonly port: number },
  urls: readonly string[],
): CertificateTarget {
  const { host, port } = address;
  return { host, port, serverName: certificateTargetOf(urls)?.serverName ?? nameOf(host) };
}
