export type {
  Bus,
  BusMessage,
  FollowOptions,
  Following,
  LinkState,
  LogGap,
  LogListener,
  OutgoingMessage,
  RejectedMessage,
  StateStore,
} from './bus.js';
export { MemoryBus } from './memory-bus.js';
export { MemoryLog } from './memory-log.js';
export { NatsBus } from './nats-bus.js';
export type { BusLogger, NatsOptions } from './nats-options.js';
export {
  BusError,
  ConnectOptionsError,
  ProvisionError,
  RecordError,
  RequestError,
  RevisionConflictError,
  StateError,
  type ProvisionErrorCode,
  type RequestErrorCode,
} from './errors.js';
