export { reporterConfigSchema, type ReporterConfig } from './config.js';
export { ReporterMetrics } from './reporter-metrics.js';
