export { reporterConfigSchema, type ReporterConfig } from './config.js';
