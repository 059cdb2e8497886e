export { ApiKeys } from './auth/api-keys.js';
export { loadRouterConfig, routerConfigSchema, type RouterConfig } from './config.js';
export { FleetView } from './fleet/fleet-view.js';
export { openApiDocument } from './http/openapi.js';
export { IceServersService } from './issue/ice-servers.service.js';
export { NodeSecrets } from './issue/node-secrets.js';
export { RouterMetrics } from './router-metrics.js';
export { startRouter, type RouterStart, type RunningRouter } from './start-router.js';
