import { fileURLToPath } from 'node:url';

/** One configuration for every package; each package's `test` script runs it with its own folder as root. */
export default {
  testEnvironment: 'node',
  globalTeardown: fileURLToPath(new URL('tools/end-of-tests.mjs', import.meta.url)),
  testMatch: ['<rootDir>/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  // `source` makes a package of this workspace resolve to its TypeScript, so tests need no build.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};
