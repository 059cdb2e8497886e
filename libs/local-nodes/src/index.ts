export { DENIED_PEERS, type DeniedNetworks } from './denied-peers.js';
export { isListening } from './is-listening.js';
export { findLocalAddress } from './local-address.js';
export {
  coturnVersion,
  writeCoturnConfig,
  type CoturnFiles,
  type CoturnOptions,
  type LocalNode,
} from './local-coturn.js';
export { LocalNodeError } from './local-node-error.js';
export { tailOf } from './log-tail.js';
export type { NodeConfig } from './node-config.js';
export { endGroup, signalGroup } from './process-group.js';
export { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.js';
export { findPrograms, type Program } from './programs.js';
export { renderCoturn, type CoturnConfig, type CoturnQuotas } from './render-coturn.js';
export { reporterEnvironment, type ReporterOptions } from './reporter-environment.js';
export { spawnDetached, type LocalProgram } from './spawn-detached.js';
export { tryPort, type LocalPort } from './try-port.js';
export { findProcesses } from './find-processes.js';
