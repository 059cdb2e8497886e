export {
  commaList,
  ConfigError,
  configMarkdown,
  describeConfig,
  flag,
  hostAndPort,
  httpUrl,
  loadConfig,
  port,
  secret,
  text,
  wholeNumber,
  type ConfigField,
  type Environment,
} from './config/index.js';
export { Health, HealthModule, type CheckResult, type CheckStatus, type Readiness } from './health.js';
export {
  createHttpApp,
  explainListenError,
  listen,
  ListenError,
  type HttpOptions,
  type ListenAddress,
} from './http.js';
export { LogMetrics } from './log-metrics.js';
export { createLogger, logLevel, LOG_LEVELS, OncePerKey, type Level } from './logging.js';
export { runMain } from './main.js';
export { METRICS, MetricsModule } from './metrics.js';
export { joinSupervision, Supervision, type SupervisionOptions } from './processes.js';
export { runShutdown, shutDownOnSignal, type ShutdownStep, type SignalledProcess } from './shutdown.js';
