import { httpUrl } from '@spillway/runtime';
import { createGaugeSampler } from './gauge-sampler.js';
import { defineSampler } from './sampler.js';

/**
 * coturn's exporter (option `prometheus`). Its byte counters move only when a session ends, so they are no
 * measure of bandwidth: combine with the sampler `host`. coturn 4.5.2 has an exporter without this metric.
 */
export const coturnPrometheus = defineSampler({
  variables: {
    COTURN_PROMETHEUS_URL: httpUrl()
      .default('http://127.0.0.1:9641/metrics')
      .describe('The exporter of coturn, for the sampler coturn-prometheus'),
  },
  needs: [],
  create: ({ COTURN_PROMETHEUS_URL: url }) =>
    createGaugeSampler({
      name: 'coturn-prometheus',
      url,
      // The second name is no coturn's own, but that of exporters others wrote for it.
      families: ['turn_total_allocations', 'turn_allocations_active'],
    }),
});
