import type { NatsConnection, Server } from '@nats-io/transport-node';

/** Milliseconds for which a server is known that the cluster no longer tells of: one that is restarted, or cut off. */
const TOLD_MS = 600_000;

/**
 * The servers that a connection may go to. The client (3.4) forgets those that were away at the first attempt, and
 * believes a server that is cut off from its cluster and tells of itself alone; what it is given, it never forgets.
 */
export class ServerPool {
  /** Told of by the cluster while it was well: when it last was, in monotonic ms. */
  private readonly told = new Map<string, number>();
  private left: string | undefined;
  /** When each of the others had last been tried when it was left, as the client says. */
  private triedBefore: ReadonlyMap<string, number> = new Map();

  /** @param named host and port of those in NATS_URL. */
  constructor(
    private readonly connection: Pick<NatsConnection, 'getServer' | 'getServers' | 'setServers' | 'info'>,
    private readonly named: readonly string[],
  ) {
    this.restore();
  }

  get current(): string {
    return this.connection.getServer();
  }

  /**
   * The server is with its cluster: what it tells of the others is true.
   * @param now monotonic ms.
   */
  remember(now: number): void {
    for (const server of this.gossip) this.told.set(server, now);
    for (const [server, at] of this.told) if (now - at > TOLD_MS) this.told.delete(server);
  }

  /** Takes the server out to which the connection is made. @returns whether there is another. */
  leaveOut(): boolean {
    const { current } = this;
    const others = this.all.filter((server) => server !== current);
    if (others.length === 0) return false;
    this.left = current;
    this.connection.setServers(others);
    this.triedBefore = new Map(this.servers.map(({ listen, lastConnect }) => [listen, lastConnect]));
    return true;
  }

  /** Another attempt has begun. Once all others were tried, the one that was left may be the only one there is. */
  tried(): void {
    if (this.left === undefined) return;
    const isTried = ({ listen, lastConnect }: Server) => lastConnect !== (this.triedBefore.get(listen) ?? 0);
    if (this.servers.every(isTried)) this.restore();
  }

  /** Puts back what is missing, and takes out what is gone. */
  restore(): void {
    const { all, listed } = this;
    if (all.length !== listed.length || all.some((server) => !listed.includes(server))) {
      this.connection.setServers([...all]);
    }
    this.left = undefined;
  }

  private get all(): readonly string[] {
    const { gossip, named, told, left, current } = this;
    return [
      ...new Set([current, ...gossip, ...named, ...told.keys(), ...(left === undefined ? [] : [left])]),
    ];
  }

  /** What the server tells, or told last; written as the client lists it. */
  private get gossip(): readonly string[] {
    return (this.connection.info?.connect_urls ?? []).map((server) => server.toLowerCase());
  }

  private get listed(): readonly string[] {
    return this.servers.map(({ listen }) => listen);
  }

  private get servers(): readonly Server[] {
    return this.connection.getServers();
  }
}
