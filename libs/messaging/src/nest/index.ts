export { BUS } from './bus-token.js';
export { LOG_STATUS, LogTransport, type LogStatus } from './log-transport.js';
