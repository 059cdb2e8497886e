export type {
  Bus,
  BusMessage,
  FollowOptions,
  Following,
  LinkState,
  LogGap,
  LogListener,
  MessageReader,
  OutgoingMessage,
  RejectedMessage,
  StateStore,
} from './bus.js';
export type { StoredMessage } from './delivery.js';
export type {
  BusReading,
  LogBatch,
  LogPlace,
  LogReading,
  LogWindow,
  LogWindowInfo,
  MessageBatch,
  WindowGap,
} from './log-reading.js';
export type { LogUsage } from './log-usage.js';
export { BUS } from './bus-token.js';
export { checkWindow } from './locate-window.js';
export { matchesSubject } from './subject-filter.js';
export { MemoryBus } from './memory-bus.js';
export { MemoryLog } from './memory-log.js';
export { NatsBus } from './nats-bus.js';
export type { BusLogger, NatsOptions } from './nats-options.js';
export { natsOptionsFrom, type NatsVariables } from './nats-variables.js';
export {
  BusError,
  ConnectOptionsError,
  LogReadError,
  ProvisionError,
  RecordError,
  RequestError,
  RevisionConflictError,
  StateError,
  type ProvisionErrorCode,
  type RequestErrorCode,
} from './errors.js';
