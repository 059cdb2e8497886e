export { BUS } from './bus-token.js';
export {
  LOG_STATUS,
  LogTransport,
  RequestContext,
  type LogStatus,
  type LogTransportOptions,
} from './log-transport.js';
