import type { NatsConnection } from '@nats-io/transport-node';

/**
 * The servers that a connection may go to. The client (3.4) forgets those that were away at the first attempt, and
 * believes a server that is cut off from its cluster and tells of itself alone.
 */
export class ServerPool {
  /** Told of by the cluster while it was well. */
  private told: readonly string[] = [];
  private left: string | undefined;

  /** @param named host and port of those in NATS_URL. */
  constructor(
    private readonly connection: Pick<NatsConnection, 'getServer' | 'getServers' | 'setServers'>,
    private readonly named: readonly string[],
  ) {
    this.restore();
  }

  get current(): string {
    return this.connection.getServer();
  }

  /** The server is with its cluster: what it tells of the others is true. */
  remember(): void {
    this.told = this.listed;
  }

  /** Takes the server out to which the connection is made. @returns whether there is another. */
  leaveOut(): boolean {
    const { current } = this;
    const others = this.all.filter((server) => server !== current);
    if (others.length === 0) return false;
    this.left = current;
    this.connection.setServers(others);
    return true;
  }

  /** Puts back what is missing. */
  restore(): void {
    const { all, listed } = this;
    if (all.length > listed.length) this.connection.setServers([...all]);
    this.left = undefined;
  }

  private get all(): readonly string[] {
    const { listed, named, told, left } = this;
    return [...new Set([...listed, ...named, ...told, ...(left === undefined ? [] : [left])])];
  }

  private get listed(): readonly string[] {
    return this.connection.getServers().map(({ listen }) => listen);
  }
}
