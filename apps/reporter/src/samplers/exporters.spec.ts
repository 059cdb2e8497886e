import { afterEach, describe, expect, it } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { startHttpServer, type StartedHttpServer } from '../testing/http-server.js';
import { nowhere } from '../testing/surroundings.js';
import { coturnPrometheus } from './coturn-prometheus.js';
import { eturnal } from './eturnal.js';
import { http } from './http.js';

const started: StartedHttpServer[] = [];
afterEach(() => Promise.all(started.splice(0).map((server) => server.stop())));

async function serve(answer: RequestListener): Promise<string> {
  const server = await startHttpServer(answer);
  started.push(server);
  return server.url;
}
const page = (text: string) => serve((_request, response) => response.end(text));
const ample = () => AbortSignal.timeout(5000);

/** By hand, after coturn's documentation of its exporter; the exporter itself is not in Debian's build. */
const COTURN = `# HELP turn_total_traffic_sentb Represents total finished sessions sent bytes
# TYPE turn_total_traffic_sentb counter
turn_total_traffic_sentb 20000
# HELP turn_total_allocations Represents current allocations number
# TYPE turn_total_allocations gauge
turn_total_allocations{type="UDP"} 3
turn_total_allocations{type="TLS/TCP"} 2
`;

/** By hand, after eturnal's documentation of mod_stats_prometheus; never seen from a real server. */
const ETURNAL = `# TYPE eturnal_turn_open_sessions gauge
# HELP eturnal_turn_open_sessions Number of currently open TURN sessions
eturnal_turn_open_sessions{transport="udp"} 11
eturnal_turn_open_sessions{transport="tls"} 4
# TYPE eturnal_turn_relay_sent_bytes histogram
# HELP eturnal_turn_relay_sent_bytes Number of bytes sent to TURN peers
eturnal_turn_relay_sent_bytes_bucket{transport="udp",le="1048576"} 1
eturnal_turn_relay_sent_bytes_bucket{transport="udp",le="+Inf"} 2
eturnal_turn_relay_sent_bytes_count{transport="udp"} 2
eturnal_turn_relay_sent_bytes_sum{transport="udp"} 4000000
`;

const sampleCoturn = (url: string, signal = ample()) =>
  coturnPrometheus.create({ COTURN_PROMETHEUS_URL: url }, nowhere()).sample(signal);

describe('the sampler coturn-prometheus', () => {
  it('counts the allocations of all transports and no bandwidth', async () => {
    expect(await sampleCoturn(await page(COTURN))).toEqual({ allocations: 5 });
  });

  it('says what is missing when the exporter does not count allocations', async () => {
    const sample = await sampleCoturn(await page('turn_total_traffic_sentb 20000\n'));
    expect(sample.allocations).toBeNull();
    expect(sample.problem).toContain('no usable metric turn_total_allocations');
  });

  it('says why when the exporter gives no page', async () => {
    const failing = await serve((_request, response) => response.writeHead(500).end());
    await expect(sampleCoturn(failing)).rejects.toThrow('answered with HTTP status 500');
    const moved = await serve((_request, response) => response.writeHead(302, { location: '/' }).end());
    await expect(sampleCoturn(moved)).rejects.toThrow('answered with HTTP status 302');
    const gone = await page('');
    await started.pop()?.stop();
    await expect(sampleCoturn(gone)).rejects.toThrow('ECONNREFUSED');
  });

  it('gives up on a page without end', async () => {
    const endless = await serve((_request, response) => {
      const chunk = `${'#'.repeat(1023)}\n`.repeat(256);
      const more = () => {
        while (response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    await expect(sampleCoturn(endless)).rejects.toThrow('too long');
  });

  it('gives up when its time is over', async () => {
    const silent = await serve(() => undefined);
    await expect(sampleCoturn(silent, AbortSignal.timeout(30))).rejects.toThrow('out of time');
  });
});

describe('the sampler eturnal', () => {
  it('counts the open sessions of all transports', async () => {
    const sampler = eturnal.create({ ETURNAL_PROMETHEUS_URL: await page(ETURNAL) }, nowhere());
    expect(await sampler.sample(ample())).toEqual({ allocations: 15 });
  });
});

describe('the sampler http', () => {
  it('reads the numbers of a JSON page', async () => {
    const url = await page('{"cpu":0.25,"egressBps":null,"allocations":7,"software":"mediasoup-3.14.0"}');
    expect(await http.create({ LOAD_JSON_URL: url }, nowhere()).sample(ample())).toEqual({
      cpu: 0.25,
      egressBps: null,
      allocations: 7,
      software: { name: 'mediasoup', version: '3.14.0' },
    });
  });
});
