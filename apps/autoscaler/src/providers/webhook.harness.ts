import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { freePort } from '@spillway/testkit';

export const SECRET = 'a-shared-secret-of-specs';
const EXAMPLE = fileURLToPath(new URL('../../../../docs/examples/webhook-receiver.mjs', import.meta.url));

/** The receiver of the guide, as a process of its own. */
export class ExampleReceiver {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  static async start(regions: string): Promise<ExampleReceiver> {
    const port = await freePort();
    const env = { ...process.env, PORT: String(port), WEBHOOK_SECRET: SECRET, REGIONS: regions };
    const child = spawn(process.execPath, [EXAMPLE], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    return new ExampleReceiver(child, `http://127.0.0.1:${port}/fleet`);
  }

  /** It lives on, and says nothing. */
  halt(): void {
    this.process.kill('SIGSTOP');
  }

  async stop(): Promise<void> {
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }
}

export interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  /** It is never given. */
  readonly isSilent?: true;
}

/** Answers as it is told, the last answer again and again. */
export class ScriptedReceiver {
  readonly received: Received[] = [];
  answers: Answer[] = [{ status: 202 }];
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/fleet?team=media`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url, headers } = request;
    this.received.push({ method, url, headers, body: await text(request) });
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (answer?.isSilent) return;
    response.writeHead(answer?.status ?? 500, answer?.headers).end(answer?.body);
  }
}
