import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { apiKeysSchema } from './auth/api-keys.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('The file of API keys in the README is one', () => {
  const [, example = ''] = /```json\n([^`]*)```/.exec(readme) ?? [];
  expect(apiKeysSchema.safeParse(JSON.parse(example)).error).toBeUndefined();
});
