import { chromium, type Browser, type Page } from 'playwright-core';
import which from 'which';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * A real Chromium without a window.
 * @throws when none of its program names is on PATH.
 */
export async function openBrowser(): Promise<Browser> {
  const found = await Promise.all(PROGRAMS.map((program) => which(program, { nothrow: true })));
  const executablePath = found.find((path) => path !== null);
  if (!executablePath) throw new Error(`none of ${PROGRAMS.join(', ')} is on PATH`);
  // Chromium's sandbox refuses to run as root, which test machines often do.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** How one side reaches the other: `RTCIceCandidateType` of the selected pair, "relay" for a TURN server. */
export interface SelectedPair {
  readonly local: string;
  readonly remote: string;
}

/** Two peers in two pages with an open data channel between them. */
export interface ConnectedPeers {
  /** Each sends its text to the other. @returns what arrived: at the first, at the second. */
  exchange(fromFirst: string, fromSecond: string): Promise<[string, string]>;
  selectedPairs(): Promise<[SelectedPair, SelectedPair]>;
  close(): Promise<void>;
}

/**
 * Connects two peers, each with its own `RTCConfiguration`.
 * @throws when the channel is not open within `limitMs`; the message has the states both sides were in.
 */
export async function connectPeers(
  browser: Browser,
  configurations: readonly [object, object],
  limitMs = 20_000,
): Promise<ConnectedPeers> {
  const first = await openPeer(browser, configurations[0]);
  const second = await openPeer(browser, configurations[1]);
  const offer = await first.evaluate<unknown>('peer.offer()');
  const answer = await second.evaluate<unknown>(`peer.answer(${JSON.stringify(offer)})`);
  await first.evaluate(`peer.accept(${JSON.stringify(answer)})`);
  await Promise.all([first, second].map((page) => page.evaluate(`peer.untilOpen(${limitMs})`)));

  const both = <T>(expressions: readonly [string, string]): Promise<[T, T]> =>
    Promise.all([first.evaluate<T>(expressions[0]), second.evaluate<T>(expressions[1])]);
  return {
    exchange: (fromFirst, fromSecond) =>
      both([`peer.exchange(${JSON.stringify(fromFirst)})`, `peer.exchange(${JSON.stringify(fromSecond)})`]),
    selectedPairs: () => both(['peer.selectedPair()', 'peer.selectedPair()']),
    close: async () => {
      await Promise.all([first.context().close(), second.context().close()]);
    },
  };
}

async function openPeer(browser: Browser, configuration: object): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.evaluate(`globalThis.peer = createPeer(${JSON.stringify(configuration)}); ${PEER}`);
  return page;
}

/** Runs in the page, where no module of ours is; as text, so that the DOM's types do not reach every spec. */
const PEER = `
function createPeer(configuration) {
  const connection = new RTCPeerConnection(configuration);
  const channel = connection.createDataChannel('test', { negotiated: true, id: 1 });
  const opened = new Promise((resolve) => channel.addEventListener('open', resolve));
  const received = new Promise((resolve) => channel.addEventListener('message', ({ data }) => resolve(data)));

  // The description with all candidates in it, so that one message each way is all the signaling there is.
  async function describe() {
    await connection.setLocalDescription();
    while (connection.iceGatheringState !== 'complete') {
      await new Promise((resolve) => connection.addEventListener('icegatheringstatechange', resolve, { once: true }));
    }
    return connection.localDescription.toJSON();
  }
  const states = () =>
    'connection ' + connection.connectionState + ', ICE ' + connection.iceConnectionState + ', channel ' + channel.readyState;

  return {
    offer: describe,
    answer: (offer) => connection.setRemoteDescription(offer).then(describe),
    accept: (answer) => connection.setRemoteDescription(answer),
    untilOpen: (limitMs) =>
      Promise.race([
        opened.then(() => undefined),
        new Promise((_, reject) => setTimeout(() => reject(new Error('not connected: ' + states())), limitMs)),
      ]),
    exchange: (text) => {
      channel.send(text);
      return received;
    },
    selectedPair: async () => {
      const stats = await connection.getStats();
      const transport = [...stats.values()].find(({ type }) => type === 'transport');
      const pair = stats.get(transport.selectedCandidatePairId);
      return {
        local: stats.get(pair.localCandidateId).candidateType,
        remote: stats.get(pair.remoteCandidateId).candidateType,
      };
    },
  };
}`;
