import { beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { BatchedHistogram, PairCounter } from './deferred-metrics.js';

let registry: Registry;
beforeEach(() => {
  registry = new Registry();
});
/** The samples of a metric, without what describes it. */
async function scrape(): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('a counter by two labels', () => {
  it('shows at every scrape what has been counted up to then', async () => {
    const counter = new PairCounter('from', 'to', { name: 'n', help: 'h', registers: [registry] });
    counter.count('a', 'b');
    counter.count('a', 'b');
    counter.count('b', 'a');
    expect(await scrape()).toEqual(['n{from="a",to="b"} 2', 'n{from="b",to="a"} 1']);
    counter.count('a', 'b');
    expect(await scrape()).toEqual(['n{from="a",to="b"} 3', 'n{from="b",to="a"} 1']);
  });

  it('forgets what is removed, told or not', async () => {
    const counter = new PairCounter('from', 'to', { name: 'n', help: 'h', registers: [registry] });
    counter.count('a', 'b');
    await scrape();
    counter.count('a', 'c');
    counter.count('b', 'c');
    counter.remove('a', ['b', 'c']);
    expect(await scrape()).toEqual(['n{from="b",to="c"} 1']);
  });
});

it('A histogram shows all that was observed, however much that is between two scrapes', async () => {
  const options = { name: 'n', help: 'h', buckets: [1, 2], registers: [registry] };
  const histogram = new BatchedHistogram('face', options);
  for (let i = 0; i < 1_000; i++) histogram.observe('a', i % 4);
  histogram.observe('b', 2);
  for (let scrapes = 0; scrapes < 2; scrapes++) {
    expect(await scrape()).toEqual([
      'n_bucket{le="1",face="a"} 500',
      'n_bucket{le="2",face="a"} 750',
      'n_bucket{le="+Inf",face="a"} 1000',
      'n_sum{face="a"} 1500',
      'n_count{face="a"} 1000',
      'n_bucket{le="1",face="b"} 0',
      'n_bucket{le="2",face="b"} 1',
      'n_bucket{le="+Inf",face="b"} 1',
      'n_sum{face="b"} 2',
      'n_count{face="b"} 1',
    ]);
  }
});
