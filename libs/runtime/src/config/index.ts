export { ConfigError, loadConfig, type Environment } from './config.js';
export { commaList, flag, hostAndPort, httpUrl, port, secret, text, wholeNumber } from './config-fields.js';
export { configMarkdown, describeConfig, type ConfigField } from './config-reference.js';
