import { httpUrl } from '@spillway/runtime';
import { fetchText } from './fetch-text.js';
import { parseLoadJson } from './load-json.js';
import { defineSampler } from './sampler.js';

/** The same JSON as the sampler `file` reads, from a URL. */
export const http = defineSampler({
  variables: {
    LOAD_JSON_URL: httpUrl()
      .optional()
      .describe('The URL of the JSON with the numbers of the node, for the sampler http'),
  },
  needs: ['LOAD_JSON_URL'],
  create: ({ LOAD_JSON_URL: url = '' }) => ({
    name: 'http',
    asks: 'server',
    sample: async (signal) => parseLoadJson(await fetchText(url, signal)),
  }),
});
