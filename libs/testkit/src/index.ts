export { aHeartbeat, aLog, aPolicy } from './builders.js';
export { connectPeers, openBrowser, type ConnectedPeers, type SelectedPair } from './browser.js';
export { fakeClock } from './clock.js';
export { startCoturn, type CoturnOptions, type StartedCoturn } from './coturn.js';
export { startNats, type NatsServerOptions, type StartedNats } from './nats.js';
export { startNatsCluster, type StartedNatsCluster } from './nats-cluster.js';
export { seededRandom } from './random.js';
export { startProxy, type StartedProxy } from './tcp-proxy.js';
export { describeWith } from './tools.js';
