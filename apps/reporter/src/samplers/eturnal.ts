import { httpUrl } from '@spillway/runtime';
import { createGaugeSampler } from './gauge-sampler.js';
import { defineSampler } from './sampler.js';

/**
 * eturnal's `mod_stats_prometheus` (1.10 and later). Its traffic metrics are histograms of ended sessions, so they
 * are no measure of bandwidth: combine with the sampler `host`.
 */
export const eturnal = defineSampler({
  variables: {
    ETURNAL_PROMETHEUS_URL: httpUrl()
      .default('http://127.0.0.1:8081/metrics')
      .describe('The endpoint of mod_stats_prometheus, for the sampler eturnal'),
  },
  needs: [],
  create: ({ ETURNAL_PROMETHEUS_URL: url }) =>
    createGaugeSampler({ name: 'eturnal', url, families: ['eturnal_turn_open_sessions'] }),
});
