import { execa } from 'execa';
import type { StartedCoturn } from './coturn.js';

/** Allocations of a real client (coturn's own, turnutils_uclient), held until released. */
export interface HeldAllocations {
  /** As a client that vanishes: the server keeps the allocations until they expire. */
  release(): Promise<void>;
}

export function holdAllocations({ host, port, secret }: StartedCoturn): HeldAllocations {
  const manyMessages = '100000';
  const client = execa(
    'turnutils_uclient',
    ['-u', 'alice', '-W', secret, '-p', `${port}`, '-e', host, '-n', manyMessages, host],
    { reject: false, stdio: 'ignore' },
  );
  return {
    release: async () => {
      client.kill('SIGKILL');
      await client;
    },
  };
}
