import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { CoturnCliSampler } from './coturn-cli.js';

const BANNER = "TURN Server\r\nCoturn-4.6.1 'Gorst'\r\n\r\nType '?' for help\r\nEnter password: \r\n";

/** Speaks as coturn 4.6.1 does, in pieces; what it does with `ps` is up to the test. */
class ScriptedCli {
  logins = 0;
  readonly sockets = new Set<Socket>();
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(answerPs: (socket: Socket) => void): Promise<ScriptedCli> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const cli = new ScriptedCli(server, (server.address() as AddressInfo).port);
    server.on('connection', (socket) => {
      cli.sockets.add(socket);
      socket.write(BANNER);
      socket.on('data', (data) => {
        const line = data.toString().trim();
        if (line === 'ps') return answerPs(socket);
        cli.logins++;
        socket.write(line === 'right' ? '> ' : 'Enter password: \r\n');
      });
    });
    return cli;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const opened: { stop(): Promise<void> }[] = [];
afterEach(() => Promise.all(opened.splice(0).map((one) => one.stop())));

async function open(answerPs: (socket: Socket) => void, password = 'right') {
  const cli = await ScriptedCli.start(answerPs);
  const sampler = new CoturnCliSampler('127.0.0.1', cli.port, password);
  opened.push({ stop: async () => sampler.close() }, cli);
  const sample = (limitMs = 5000) => sampler.sample(AbortSignal.timeout(limitMs));
  return { cli, sample };
}

describe('the sampler coturn-cli', () => {
  it('reads the total below a list of any length', async () => {
    const { sample } = await open((socket) => {
      for (let n = 1; n <= 300; n++) socket.write(`\r\n    ${n}) id=00000000000000${n}, user <1:a>:\r\n`);
      socket.write('\r\n  Total sess');
      setImmediate(() => socket.write('ions: 4096\r\n\r\n> '));
    });
    expect(await sample()).toEqual({ allocations: 4096, software: { name: 'coturn', version: '4.6.1' } });
  });

  it('logs in once for many samples, and again when the connection was lost', async () => {
    const { cli, sample } = await open((socket) => socket.write('\r\n  Total sessions: 0\r\n\r\n> '));
    await sample();
    await sample();
    expect(cli.logins).toBe(1);
    const lost = [...cli.sockets].map((socket) => once(socket, 'close'));
    for (const socket of cli.sockets) socket.destroy();
    await Promise.all(lost);
    await sample().catch(() => undefined);
    expect((await sample()).allocations).toBe(0);
    expect(cli.logins).toBe(2);
  });

  it('does not take an answer that comes too late for that of the next question', async () => {
    let hold = true;
    const { sample } = await open((socket) => {
      if (!hold) socket.write('\r\n  Total sessions: 2\r\n\r\n> ');
    });
    await expect(sample(30)).rejects.toThrow('no answer from the command line of coturn (out of time)');
    hold = false;
    expect((await sample()).allocations).toBe(2);
  });

  it('tries a refused password once and does not repeat it in its complaint', async () => {
    const { cli, sample } = await open(() => undefined, 'wr0ng');
    await expect(sample()).rejects.toThrow('coturn refused COTURN_CLI_PASSWORD');
    await expect(sample()).rejects.toThrow(/^coturn refused COTURN_CLI_PASSWORD$/);
    expect(cli.logins).toBe(1);
  });

  it('says when nobody listens', async () => {
    const { cli, sample } = await open(() => undefined);
    await cli.stop();
    opened.pop();
    await expect(sample()).rejects.toThrow('ECONNREFUSED');
  });
});
