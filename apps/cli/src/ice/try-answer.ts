import type { IceServersAnswer } from '@spillway/contracts';
import type { TransportAddress } from '@spillway/turn';
import { allocate } from '../turn-client.js';

/** What came of one TURN URL of an answer. */
export interface Attempt {
  readonly url: string;
  readonly relayedAddress?: string;
  readonly rttMs?: number;
  readonly software?: string | undefined;
  /** Why there was no allocation. */
  readonly failure?: string;
}

export class AllocationsFailedError extends Error {
  readonly code = 'allocations-failed';
  constructor(attempts: readonly Attempt[]) {
    const failures = attempts.flatMap(({ failure }) => failure ?? []);
    super(`${failures.length} of ${attempts.length} allocations failed: ${failures[0]}`);
    this.name = 'AllocationsFailedError';
  }
}

/** Makes a real allocation by every TURN URL of the answer, with its credential, and gives it back. */
export async function tryAnswer({ iceServers }: IceServersAnswer): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (const { urls, username, credential } of iceServers) {
    if (username === undefined || credential === undefined) continue;
    for (const url of urls) attempts.push(await tryUrl(url, { username, credential }));
  }
  return attempts;
}

async function tryUrl(url: string, login: { username: string; credential: string }): Promise<Attempt> {
  try {
    const allocation = await allocate(url, login);
    await allocation.release();
    const { relayedAddress, rttMs, software } = allocation;
    return { url, relayedAddress: formatAddress(relayedAddress), rttMs, software };
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { url, failure: error.message };
    throw error;
  }
}

export function describeAttempt({ url, relayedAddress, rttMs, software, failure }: Attempt): string {
  if (failure !== undefined) return `failed: ${failure}`;
  return `${url} relays on ${relayedAddress}, ${rttMs?.toFixed(1)} ms (${software ?? 'unnamed software'})`;
}

function formatAddress({ address, port }: TransportAddress): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
