import { Resolver } from 'node:dns/promises';

/** The addresses of a name; none when there is no such name. */
export type Lookup = (name: string) => Promise<string[]>;

/** DNS gave no answer, which says nothing of what it would be. */
export class DnsUnansweredError extends Error {
  readonly code = 'dns-unanswered';
  constructor(name: string, server: string | undefined, cause: unknown) {
    const whom = server ?? 'the DNS server of this machine';
    super(`${whom} does not answer for ${name} (${codeOf(cause)}): choose another with --server`, { cause });
    this.name = 'DnsUnansweredError';
  }
}

const TIMEOUT_MS = 2_000;
const TRIES = 2;
/** There is no such name, or it has no address of the kind. */
const NOTHING = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Asks a DNS server, the machine's own unless `server` names another as address or address:port.
 * @throws {DnsUnansweredError} from the lookup.
 */
export function lookupAt(server: string | undefined): Lookup {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (server !== undefined) resolver.setServers([server]);
  const ask = async (name: string, kind: 'A' | 'AAAA'): Promise<string[]> => {
    try {
      return await (kind === 'A' ? resolver.resolve4(name) : resolver.resolve6(name));
    } catch (error) {
      if (NOTHING.has(codeOf(error))) return [];
      throw new DnsUnansweredError(name, server, error);
    }
  };
  return async (name) => (await Promise.all([ask(name, 'A'), ask(name, 'AAAA')])).flat();
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);
