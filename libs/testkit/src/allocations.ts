import { execa } from 'execa';
import type { StartedCoturn } from './coturn.js';

/** Allocations of a real client (coturn's own, turnutils_uclient), held until released. */
export interface HeldAllocations {
  /** As a client that vanishes: the server keeps the allocations until they expire; over TCP it drops them at once. */
  release(): Promise<void>;
}

export function holdAllocations(
  { host, port, secret }: Pick<StartedCoturn, 'host' | 'port' | 'secret'>,
  transport: 'udp' | 'tcp' = 'udp',
): HeldAllocations {
  const over = transport === 'tcp' ? ['-t'] : [];
  const manyMessages = '100000';
  const client = execa(
    'turnutils_uclient',
    [...over, '-u', 'alice', '-W', secret, '-p', `${port}`, '-e', host, '-n', manyMessages, host],
    { reject: false, stdio: 'ignore' },
  );
  return {
    release: async () => {
      client.kill('SIGKILL');
      await client;
    },
  };
}
