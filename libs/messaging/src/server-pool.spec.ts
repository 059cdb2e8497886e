import { beforeEach, describe, expect, it } from '@jest/globals';
import { Servers, type ServerInfo } from '@nats-io/transport-node';
import { ServerPool } from './server-pool.js';

const SERVER: ServerInfo = {
  client_id: 1,
  go: 'go1.22',
  host: '0.0.0.0',
  max_payload: 1_048_576,
  port: 4222,
  proto: 1,
  server_id: 'N1',
  server_name: 'nats-1',
  version: '2.10.0',
};
const NAMED = 'nats:4222';
const pods = (...numbers: number[]) => numbers.map((n) => `10.0.0.${n}:4222`);

/** The client's own list of servers, of which one is connected to. */
class Client {
  readonly servers = new Servers();
  info = SERVER;

  constructor() {
    this.servers.setServers([NAMED]);
  }
  /** The server tells of these. */
  hear(...connect_urls: string[]): void {
    this.info = { ...SERVER, connect_urls };
    this.servers.update(this.info);
  }
  tryTo(listen: string, now: number): void {
    const server = this.servers.getServers().find((each) => each.listen === listen);
    if (!server) throw new Error(`${listen} is not in the pool`);
    this.servers.setCurrent(server);
    server.lastConnect = now;
    pool.tried();
  }
  getServer = () => this.servers.getCurrentServer().listen;
  getServers = () => this.servers.snapshot();
  setServers = (servers: string[]) => this.servers.setServers(servers);
  get listed() {
    return this.getServers()
      .map(({ listen }) => listen)
      .sort();
  }
}

const MINUTE = 60_000;
let client: Client;
let pool: ServerPool;

/** As at every answer of the log. */
function answer(now: number): void {
  pool.remember(now);
  pool.restore();
}

beforeEach(() => {
  client = new Client();
  pool = new ServerPool(client, [NAMED]);
});

describe('the servers a connection may go to', () => {
  it('are those that the cluster tells of and those that are named', () => {
    client.hear(...pods(1, 2));
    answer(0);
    expect(client.listed).toEqual([...pods(1, 2), NAMED]);
  });

  it('are kept for ten minutes when a server tells of itself alone, and then forgotten', () => {
    client.hear(...pods(1, 2, 3));
    answer(0);
    client.hear(...pods(1));
    answer(10 * MINUTE);
    expect(client.listed).toEqual([...pods(1, 2, 3), NAMED]);
    answer(10 * MINUTE + 1);
    expect(client.listed).toEqual([...pods(1), NAMED]);
  });

  it('do not become more while every pod is replaced, once an hour', () => {
    for (let hour = 0; hour < 50; hour++) {
      client.hear(...pods(hour + 1, hour + 2, hour + 3));
      answer(hour * 60 * MINUTE);
      answer(hour * 60 * MINUTE + MINUTE);
    }
    answer(50 * 60 * MINUTE);
    expect(client.listed).toEqual([...pods(50, 51, 52), NAMED]);
  });

  it('are not forgotten while nobody who is with the cluster tells of any', () => {
    client.hear(...pods(1, 2));
    answer(0);
    client.hear(...pods(1));
    pool.restore();
    expect(client.listed).toEqual([...pods(1, 2), NAMED]);
  });

  it('do not include the one that is left, until they are put back', () => {
    client.hear(...pods(1, 2));
    answer(0);
    expect(pool.leaveOut()).toBe(true);
    expect(client.listed).toEqual(pods(1, 2));
    pool.restore();
    expect(client.listed).toEqual([...pods(1, 2), NAMED]);
  });

  it('include the one that was left as soon as each of the others was tried', () => {
    client.hear(...pods(1, 2));
    answer(0);
    const [first, second] = ['10.0.0.1:4222', '10.0.0.2:4222'];
    for (const server of [first, second, NAMED]) client.tryTo(server, 1_000);
    pool.leaveOut();
    client.tryTo(first, 2_000);
    client.tryTo(first, 3_000);
    expect(client.listed).toEqual([first, second]);
    client.tryTo(second, 4_000);
    expect(client.listed).toEqual([first, second, NAMED]);
  });

  it('put back the one that was left though nobody named it or tells of it', () => {
    client.setServers(['old:4222']);
    expect(pool.leaveOut()).toBe(true);
    expect(client.listed).toEqual([NAMED]);
    pool.restore();
    expect(client.listed).toEqual([NAMED, 'old:4222']);
  });

  it('are one, which is not left', () => {
    expect(pool.leaveOut()).toBe(false);
    expect(client.listed).toEqual([NAMED]);
  });
});
