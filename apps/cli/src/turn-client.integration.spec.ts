import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeWith, startCoturn, type StartedCoturn } from '@spillway/testkit';
import { decodeStunMessage, errorOf, mintCredential } from '@spillway/turn';
import { allocate } from './turn-client.js';

const inTenMinutes = () => Math.floor(Date.now() / 1000) + 600;

describeWith(['turnserver'], 'allocate, with a real coturn', () => {
  let coturn: StartedCoturn;
  const closers: (() => void)[] = [];
  let users = 0;
  const login = (user = `user-${users++}`) => mintCredential(coturn.secret, user, inTenMinutes());

  beforeAll(async () => {
    coturn = await startCoturn({ args: ['--stale-nonce=600', '--user-quota=1'] });
  });
  afterEach(() => closers.splice(0).forEach((close) => close()));
  afterAll(() => coturn.stop());

  it.each(['udp', 'tcp'])('gets a relayed address over %s and gives it back', async (transport) => {
    const allocation = await allocate(`turn:127.0.0.1:${coturn.port}?transport=${transport}`, login());
    expect(allocation.relayedAddress.address).toBe('127.0.0.1');
    expect(allocation.mappedAddress?.address).toBe('127.0.0.1');
    expect(allocation.software).toMatch(/^Coturn-\d/);
    expect(allocation.rttMs).toBeGreaterThan(0);
    await allocation.release();
  });

  it('leaves nothing behind: a user with a quota of one can come again only after releasing', async () => {
    const uri = `turn:127.0.0.1:${coturn.port}`;
    const first = await allocate(uri, login('bob'));
    await expect(allocate(uri, login('bob'))).rejects.toMatchObject({ stunCode: 486 });
    await first.release();
    // Coturn takes a second to count it out; an allocation that is not released lives for ten minutes.
    const deadline = Date.now() + 4000;
    let second = await allocate(uri, login('bob')).catch(() => undefined);
    while (!second && Date.now() < deadline)
      second = await allocate(uri, login('bob')).catch(() => undefined);
    expect(second).toBeDefined();
    await second?.release();
  });

  it("is refused with another node's credential", async () => {
    const other = mintCredential('the secret of another node', 'alice', inTenMinutes());
    const uri = `turn:127.0.0.1:${coturn.port}`;
    await expect(allocate(uri, other)).rejects.toMatchObject({
      name: 'AllocationRefusedError',
      code: 'allocation-refused',
      stunCode: 401,
      message: expect.stringContaining(uri),
    });
  });

  it('is refused with a credential that has expired', async () => {
    const expired = mintCredential(coturn.secret, 'alice', Math.floor(Date.now() / 1000) - 60);
    await expect(allocate(`turn:127.0.0.1:${coturn.port}`, expired)).rejects.toMatchObject({ stunCode: 401 });
  });

  it('sends a request again that was lost, and the same one', async () => {
    const requests: Buffer[] = [];
    const port = await udpProxy({
      toServer: (data) => (requests.push(data) === 1 ? undefined : data),
    });
    await (await allocate(`turn:127.0.0.1:${port}`, login())).release();
    expect(requests[1]).toEqual(requests[0]);
  });

  it('takes a new nonce when its own has gone stale', async () => {
    let hasSpoilt = false;
    const errors: (number | undefined)[] = [];
    const port = await udpProxy({
      toServer: (data) => {
        const nonce = decodeStunMessage(data)?.attributes.get(0x0015);
        if (hasSpoilt || !nonce) return data;
        hasSpoilt = true;
        return replaceBytes(data, nonce, Buffer.alloc(nonce.length, '0'));
      },
      toClient: (data) => {
        const message = decodeStunMessage(data);
        errors.push(message && errorOf(message)?.code);
        return data;
      },
    });
    await (await allocate(`turn:127.0.0.1:${port}`, login())).release();
    expect(errors).toEqual([401, 438, undefined, undefined]);
  });

  it('does not believe a success that is not signed with its own key', async () => {
    const port = await udpProxy({
      toClient: (data) => {
        const relayed = decodeStunMessage(data)?.attributes.get(0x0016);
        return relayed ? replaceBytes(data, relayed, Buffer.from(relayed).fill(0, 4)) : data;
      },
    });
    const attempt = allocate(`turn:127.0.0.1:${port}`, login('eve'), { timeoutMs: 300 });
    await expect(attempt).rejects.toMatchObject({
      code: 'no-answer',
      message: expect.stringMatching(/timed out$/),
    });
  });

  it('puts answers together that come over TCP byte by byte', async () => {
    const port = await bytewiseTcpProxy();
    const allocation = await allocate(`turn:127.0.0.1:${port}?transport=tcp`, login());
    expect(allocation.relayedAddress.address).toBe('127.0.0.1');
    await allocation.release();
  });

  interface Meddling {
    readonly toServer?: (data: Buffer) => Buffer | undefined;
    readonly toClient?: (data: Buffer) => Buffer | undefined;
  }

  /** Stands between one client and coturn; what a function returns nothing for is lost. */
  async function udpProxy({ toServer = same, toClient = same }: Meddling): Promise<number> {
    const [front, back] = [createSocket('udp4'), createSocket('udp4')];
    closers.push(
      () => front.close(),
      () => back.close(),
    );
    let clientPort = 0;
    front.on('message', (data, { port }) => {
      clientPort = port;
      const passed = toServer(data);
      if (passed) back.send(passed, coturn.port, '127.0.0.1');
    });
    back.on('message', (data) => {
      const passed = toClient(data);
      if (passed) front.send(passed, clientPort, '127.0.0.1');
    });
    await once(front.bind(0, '127.0.0.1'), 'listening');
    // An address of its own: coturn remembers allocations from ports that the kernel may hand out again.
    await once(back.bind(0, '127.0.0.2'), 'listening');
    return front.address().port;
  }

  async function bytewiseTcpProxy(): Promise<number> {
    const server = createServer({ noDelay: true }, (client) => {
      const upstream = connect(coturn.port, '127.0.0.1');
      client.pipe(upstream);
      upstream.on('data', (data) => {
        for (const byte of data) client.write(Buffer.of(byte));
      });
      closers.push(() => upstream.destroy());
    });
    closers.push(() => server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }
});

function same(data: Buffer): Buffer {
  return data;
}

function replaceBytes(data: Buffer, before: Buffer, after: Buffer): Buffer {
  const changed = Buffer.from(data);
  after.copy(changed, data.indexOf(before));
  return changed;
}
