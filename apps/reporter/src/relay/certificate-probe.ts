import { once } from 'node:events';
import { connect } from 'node:tls';
import type { CertificateTarget } from './certificate-target.js';

export type CertificateResult =
  /** The end of its validity, in ms since the epoch. */
  | { readonly isSeen: true; readonly expiresAtMs: number }
  /** `reason` in words for a log. */
  | { readonly isSeen: false; readonly reason: string };

/** Looks once at the certificate that a server shows, valid or not. */
export async function probeCertificate(
  { host, port, serverName }: CertificateTarget,
  limitMs: number,
): Promise<CertificateResult> {
  const signal = AbortSignal.timeout(limitMs);
  // Nothing is sent; a certificate that has expired is what is looked for.
  const socket = connect({
    host,
    port,
    rejectUnauthorized: false,
    ...(serverName && { servername: serverName }),
  });
  try {
    await once(socket, 'secureConnect', { signal });
    const expiresAtMs = Date.parse(socket.getPeerCertificate().valid_to);
    return Number.isNaN(expiresAtMs)
      ? { isSeen: false, reason: 'it shows no certificate' }
      : { isSeen: true, expiresAtMs };
  } catch (error) {
    if (signal.aborted) return { isSeen: false, reason: `no answer within ${limitMs} ms` };
    const { code, message } = error as NodeJS.ErrnoException;
    return { isSeen: false, reason: code ?? message };
  } finally {
    // What comes after the last listener is gone must not end the process.
    socket.on('error', () => undefined);
    socket.destroy();
  }
}
