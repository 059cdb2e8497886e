export { enrollerConfigSchema } from './config.js';
export { EnrollerMetrics } from './enroller-metrics.js';
