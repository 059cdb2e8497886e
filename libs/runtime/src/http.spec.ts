import { afterEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Agent, request } from 'node:http';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { Counter, type Registry } from 'prom-client';
import { Health, HealthModule, type CheckResult, type Readiness } from './health.js';
import { createHttpApp, listen, ListenError } from './http.js';
import { createLogger } from './logging.js';
import { METRICS, MetricsModule } from './metrics.js';

/** Lets the request that `/slow` holds go; undefined while it holds none. */
let release: (() => void) | undefined;

@Controller()
class ProbeController {
  @Post('echo')
  echo(@Body() body: unknown): unknown {
    return body;
  }

  @Get('slow')
  async slow(): Promise<string> {
    await new Promise<void>((resolve) => (release = resolve));
    return 'done';
  }
}

@Module({ imports: [MetricsModule, HealthModule], controllers: [ProbeController] })
class ProbeModule {}

async function waitFor(condition: () => unknown): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

const variables = { host: 'HTTP_HOST', port: 'HTTP_PORT' };
const started: NestFastifyApplication[] = [];

async function start(): Promise<{ app: NestFastifyApplication; port: number; url: string }> {
  const app = await createHttpApp(ProbeModule, { logger: createLogger('error'), bodyLimitBytes: 100 });
  started.push(app);
  const port = await listen(app, { host: '127.0.0.1', port: 0, variables });
  return { app, port, url: `http://127.0.0.1:${port}` };
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((app) => app.close()));
});

describe('createHttpApp', () => {
  it('refuses a body above the limit with 413', async () => {
    const { url } = await start();
    const post = (text: string) =>
      fetch(`${url}/echo`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
      });
    expect((await post('x'.repeat(50))).status).toBe(201);
    expect((await post('x'.repeat(200))).status).toBe(413);
  });

  it('lets a request in progress finish when it closes, and ends idle keep-alive connections', async () => {
    const { app, url, port } = await start();
    const idle = connect(port, '127.0.0.1');
    idle.write('GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(idle, 'data');
    const idleClosed = once(idle, 'close');

    const agent = new Agent({ keepAlive: true });
    const inProgress = request(`${url}/slow`, { agent });
    inProgress.end();
    await waitFor(() => release);
    const closed = app.close();
    await idleClosed;
    release?.();
    const [response] = await once(inProgress, 'response');
    expect(response.statusCode).toBe(200);
    response.resume();
    await closed;
    started.length = 0;
  });
});

describe('listen', () => {
  it('names the port and its variable when the port is in use', async () => {
    const { port } = await start();
    const app = await createHttpApp(ProbeModule, { logger: createLogger('error'), bodyLimitBytes: 100 });
    started.push(app);
    const listening = listen(app, { host: '127.0.0.1', port, variables });
    await expect(listening).rejects.toThrow(ListenError);
    await expect(listening).rejects.toThrow(
      `Cannot listen on 127.0.0.1:${port}: the port is in use. Set HTTP_PORT to a free one.`,
    );
  });

  it('names the host variable when the address is not the machine’s own', async () => {
    const app = await createHttpApp(ProbeModule, { logger: createLogger('error'), bodyLimitBytes: 100 });
    started.push(app);
    const listening = listen(app, { host: '192.0.2.1', port: 0, variables });
    await expect(listening).rejects.toThrow('Correct HTTP_HOST.');
  });

  it('leaves the port free again after closing', async () => {
    const { app, port } = await start();
    await app.close();
    started.length = 0;
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect(server.address()).toMatchObject({ port });
    server.close();
    await once(server, 'close');
  });
});

describe('GET /metrics', () => {
  it('shows Node’s own metrics and those that providers registered', async () => {
    const { app, url } = await start();
    const registry = app.get<Registry>(METRICS);
    new Counter({ name: 'spillway_probes_total', help: 'Probes', registers: [registry] }).inc(3);
    const response = await fetch(`${url}/metrics`);
    const body = await response.text();
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(body).toMatch(/^spillway_probes_total 3$/m);
    expect(body).toMatch(/^process_resident_memory_bytes \d+$/m);
  });
});

describe('GET /readyz', () => {
  const check = async (...results: CheckResult[]) => {
    const { app, url } = await start();
    results.forEach((result, index) => app.get(Health).add(`check${index}`, () => result));
    const response = await fetch(`${url}/readyz`);
    return { status: response.status, body: (await response.json()) as Readiness };
  };
  const ok = { status: 'ok', detail: '' } as const;
  const degraded = { status: 'degraded', detail: 'stale for 3 s' } as const;
  const failing = { status: 'failing', detail: 'no view yet' } as const;

  it('is 200 when all checks are ok, or there are none', async () => {
    expect(await check()).toEqual({ status: 200, body: { ready: true, degraded: false, checks: {} } });
    expect(await check(ok)).toEqual({
      status: 200,
      body: { ready: true, degraded: false, checks: { check0: ok } },
    });
  });

  it('is 200 and says degraded when a check is', async () => {
    const answer = await check(ok, degraded);
    expect(answer).toMatchObject({ status: 200, body: { ready: true, degraded: true } });
    expect(answer.body.checks['check1']).toEqual(degraded);
  });

  it('is 503 when a check is failing', async () => {
    expect(await check(degraded, failing)).toMatchObject({ status: 503, body: { ready: false } });
  });

  it('takes a check that throws for failing', async () => {
    const { app, url } = await start();
    app.get(Health).add('broken', () => {
      throw new Error('out of order');
    });
    const response = await fetch(`${url}/readyz`);
    expect(response.status).toBe(503);
    expect(((await response.json()) as Readiness).checks['broken']).toEqual({
      status: 'failing',
      detail: 'out of order',
    });
  });
});
