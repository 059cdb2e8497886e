export { autoscalerConfigSchema, loadAutoscalerConfig, type AutoscalerConfig } from './config.js';
export { AutoscalerMetrics } from './autoscaler-metrics.js';
export { registerGauges } from './region-gauges.js';
export { startAutoscaler, type AutoscalerStart, type RunningAutoscaler } from './start-autoscaler.js';
