export { fakeClock } from './clock.js';
export { startNats, type NatsServerOptions, type StartedNats } from './nats.js';
export { seededRandom } from './random.js';
export { startProxy, type StartedProxy } from './tcp-proxy.js';
export { describeWith } from './tools.js';
