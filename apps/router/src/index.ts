export { routerConfigSchema } from './config.js';
export { openApiDocument } from './http/openapi.js';
