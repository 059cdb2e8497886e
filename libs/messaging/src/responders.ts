import { headers, type Msg, type MsgHdrs, type Subscription } from '@nats-io/transport-node';
import type { BusMessage, OutgoingMessage, RequestHandler } from './bus.js';
import type { NatsLink } from './nats-link.js';
import { encodePayload } from './payload.js';

/** How a responder that threw answers, in the headers of the NATS service API (ADR-32) and without a payload. */
const FAILED = { 'Nats-Service-Error-Code': '500', 'Nats-Service-Error': 'the responder failed' };

export function hasFailed(answer: Msg): boolean {
  return answer.data.length === 0 && answer.headers?.has('Nats-Service-Error-Code') === true;
}

/** Everyone in this process who answers requests. */
export class Responders {
  private readonly active = new Set<Responder>();

  constructor(private readonly link: NatsLink) {}

  async add(subject: string, queue: string, handler: RequestHandler): Promise<{ stop(): Promise<void> }> {
    const responder = new Responder(this.link, subject, queue, handler);
    this.active.add(responder);
    await responder.start();
    return {
      stop: async () => {
        await responder.stop();
        this.active.delete(responder);
      },
    };
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.active].map((responder) => responder.stop()));
  }
}

class Responder {
  private subscription: Subscription | undefined;
  private readonly inFlight = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly link: NatsLink,
    private readonly subject: string,
    private readonly queue: string,
    private readonly handler: RequestHandler,
  ) {}

  /** Subscribes now, or as soon as there is a link for the first time; the client subscribes again by itself. */
  async start(): Promise<void> {
    const subscribe = this.link.up(this.stopping.signal).then(({ connection }) => {
      this.subscription = connection.subscribe(this.subject, {
        queue: this.queue,
        callback: (error, message) => (error ? this.complain(error) : this.take(message)),
      });
      return connection.flush();
    });
    if (this.link.state === 'up') await subscribe.catch(() => undefined);
    else subscribe.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('the responder is stopped'));
    // Draining waits for the server's word, which does not come while the link is down.
    if (this.link.state === 'up') await this.subscription?.drain().catch(() => undefined);
    else this.subscription?.unsubscribe();
    await Promise.allSettled(this.inFlight);
  }

  /**
   * Whoever may read the log could have JetStream deliver stored messages to this subject, as requests in the server's
   * name; those keep the subject they were stored under (nats-server 2.9.10).
   */
  private take(message: Msg): void {
    if (message.subject !== this.subject) return;
    try {
      const answer = this.handler(toBusMessage(message));
      if (!(answer instanceof Promise)) return respond(message, answer);
      const answering = this.answerLater(message, answer).finally(() => this.inFlight.delete(answering));
      this.inFlight.add(answering);
    } catch (error) {
      this.fail(message, error);
    }
  }

  private async answerLater(message: Msg, answer: Promise<OutgoingMessage>): Promise<void> {
    try {
      respond(message, await answer);
    } catch (error) {
      this.fail(message, error);
    }
  }

  private fail(message: Msg, error: unknown): void {
    this.complain(error);
    message.respond(undefined, { headers: toHeaders(FAILED) });
  }

  private complain(error: unknown): void {
    const reason = error instanceof Error ? error.message : JSON.stringify(error);
    this.link.logger.error(`Answering ${this.subject} failed: ${reason}`);
  }
}

function respond(message: Msg, { payload, headers }: OutgoingMessage): void {
  message.respond(encodePayload(payload), headers && { headers: toHeaders(headers) });
}

export function toBusMessage(message: Msg): BusMessage {
  const entries = message.headers?.keys().map((key) => [key, message.headers?.last(key) ?? '']) ?? [];
  return { data: message.data, headers: Object.fromEntries(entries) as Record<string, string> };
}

export function toHeaders(record: Readonly<Record<string, string>>): MsgHdrs {
  const result = headers();
  for (const [key, value] of Object.entries(record)) result.set(key, value);
  return result;
}
