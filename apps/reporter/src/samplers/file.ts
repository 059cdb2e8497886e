import { readFile, stat } from 'node:fs/promises';
import { text, wholeNumber } from '@spillway/runtime';
import { parseLoadJson } from './load-json.js';
import { defineSampler, type Sampler } from './sampler.js';

/** A JSON file that something else keeps writing; one that is no longer written tells nothing of now. */
export const file = defineSampler({
  variables: {
    LOAD_JSON_PATH: text()
      .optional()
      .describe('The JSON file with the numbers of the node, for the sampler file'),
    LOAD_JSON_MAX_AGE_SECONDS: wholeNumber({ min: 1 })
      .default(30)
      .describe('Seconds without a change after which the numbers in that file are unknown'),
  },
  needs: ['LOAD_JSON_PATH'],
  create: ({ LOAD_JSON_PATH: path = '', LOAD_JSON_MAX_AGE_SECONDS: maxAgeSeconds }) =>
    createFileSampler(path, maxAgeSeconds),
});

export function createFileSampler(path: string, maxAgeSeconds: number): Sampler {
  return {
    name: 'file',
    asks: 'server',
    async sample(signal) {
      const { mtimeMs } = await stat(path);
      if (Date.now() - mtimeMs > maxAgeSeconds * 1000) {
        throw new Error(`${path} has not changed for more than ${maxAgeSeconds} s`);
      }
      return parseLoadJson(await readFile(path, { encoding: 'utf8', signal }));
    },
  };
}
