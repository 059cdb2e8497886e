import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { IceServersAnswer } from '@spillway/contracts';
import { connectPeers, describeWith, openBrowser } from '@spillway/testkit';
import { startProcess } from './processes.js';
import { startSystem, type System } from './system.js';

const CLIENTS = [
  { country: 'Germany', clientIp: '88.198.0.1', region: 'eu-central-1', node: 'euc1-a1' },
  { country: 'Japan', clientIp: '202.12.27.33', region: 'ap-southeast-1', node: 'apse1-a1' },
  { country: 'Brazil', clientIp: '200.160.2.3', region: 'us-east-1', node: 'use1-a1' },
  { country: 'Germany, by IPv6', clientIp: '2003:e3::1', region: 'eu-central-1', node: 'euc1-a1' },
];
const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-1'];

describeWith(['nats-server', 'turnserver'], 'a system of three regions', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem();
  }, 90_000);
  afterAll(() => system.stop(), 60_000);

  it.each(CLIENTS)('sends a client in $country to $region', async ({ clientIp, region, node }) => {
    const { placement, iceServers } = await system.ask({ clientIp, userId: 'alice' });
    expect(placement).toMatchObject({ region, nodes: [node], nearestRegion: region, reason: 'nearest' });
    expect(iceServers[0]?.username).toMatch(/^\d{10}:alice$/);
  });

  it('sends a client without a location to the default region', async () => {
    const { placement } = await system.ask({ clientIp: '10.0.0.1' });
    expect(placement).toMatchObject({ region: 'us-east-1', nearestRegion: null, reason: 'fallback' });
  });

  it('gives credentials that their own coturn takes and the two others refuse', async () => {
    const answers = await Promise.all(REGIONS.map((region) => system.ask({ region: { require: [region] } })));
    const outcomes = await Promise.all(
      answers.map(async (credential) =>
        Promise.all(answers.map((server) => canAllocate(server, credential))),
      ),
    );
    expect(outcomes).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
    ]);
  }, 60_000);

  describeWith(['chromium'], 'and two browsers that may use relays only', () => {
    it.each(REGIONS)(
      'exchange data both ways through %s, the answer used unchanged',
      async (region) => {
        const answer = await system.ask({ region: { require: [region] } });
        const browser = await openBrowser();
        try {
          const configuration = { ...answer, iceTransportPolicy: 'relay' };
          const peers = await connectPeers(browser, [configuration, configuration]);
          expect(await peers.exchange('from the first', 'from the second')).toEqual([
            'from the second',
            'from the first',
          ]);
          const relayed = { local: 'relay', remote: 'relay' };
          expect(await peers.selectedPairs()).toEqual([relayed, relayed]);
        } finally {
          await browser.close();
        }
      },
      60_000,
    );
  });
});

/** coturn's own client: whether the server of one answer relays for the credential of another. */
async function canAllocate(server: IceServersAnswer, credential: IceServersAnswer): Promise<boolean> {
  const { username = '', credential: password = '' } = credential.iceServers[0] ?? {};
  const [, host = '', port = ''] = /^turn:([^:]+):(\d+)/.exec(server.iceServers[0]?.urls[0] ?? '') ?? [];
  const options = ['-y', '-c', '-n', '1', '-u', username, '-w', password, '-p', port, host];
  const { exitCode, output } = await startProcess('turnutils_uclient', options).ended;
  const wasRefused = output.includes('Cannot complete Allocation');
  if (wasRefused === (exitCode === 0))
    throw new Error(`turnutils_uclient ended with ${exitCode}:\n${output}`);
  return !wasRefused;
}
