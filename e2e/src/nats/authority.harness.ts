import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';

/** A certificate authority of a spec's own, made with openssl. */
export interface Authority {
  readonly caFile: string;
  /** Writes `server.pem`, `server.key` and `ca.pem` into a folder: for this machine, as server and as client. */
  certify(folder: string): void;
}

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];

export function createAuthority(folder: string, name = 'Spillway test CA'): Authority {
  mkdirSync(folder, { recursive: true });
  const [caFile, caKey] = [join(folder, 'ca.pem'), join(folder, 'ca.key')];
  openssl('req', '-x509', ...NEW_KEY, '-keyout', caKey, '-out', caFile, '-days', '2', '-subj', `/CN=${name}`);
  return {
    caFile,
    certify: (to) => {
      mkdirSync(to, { recursive: true });
      const file = (end: string) => join(to, `server.${end}`);
      openssl('req', ...NEW_KEY, '-keyout', file('key'), '-out', file('csr'), '-subj', '/CN=nats');
      writeFileSync(file('ext'), `subjectAltName=${ownNames()}\nextendedKeyUsage=serverAuth,clientAuth\n`);
      const signing = ['-CA', caFile, '-CAkey', caKey, '-CAcreateserial', '-extfile', file('ext')];
      openssl('x509', '-req', '-in', file('csr'), '-out', file('pem'), '-days', '2', ...signing);
      openssl('x509', '-in', caFile, '-out', join(to, 'ca.pem'));
    },
  };
}

/** Its addresses: machines of a spec may stand behind a bridge of it. */
function ownNames(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.flatMap(({ family, address }) => (family === 'IPv4' ? `IP:${address}` : [])).join(',');
}
