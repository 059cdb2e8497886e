import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { headOf, KnownHead } from './known-head.js';

/** Answers one request, with all that goes over the wire; `undefined` for what it does not answer. */
export type AnswerBody = (headers: IncomingHttpHeaders, body: string) => string | undefined;

/**
 * One connection. Node reads what comes first, and whatever differs from it; a request with a head that Node has just
 * read on this connection goes past its parser and its streams, which take longer than all that a router does for one.
 * The connection stays Node's: its timeouts, its end.
 */
export class FrontConnection {
  private known: KnownHead | undefined;
  /** What Node was given since it last had nothing before it: the head that began it, and how many bytes. */
  private given: { readonly head: string | undefined; bytes: number } | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly giveNode: (chunk: Buffer) => void,
    private readonly answer: AnswerBody,
    private readonly bodyLimitBytes: number,
  ) {}

  read(chunk: Buffer): void {
    const rest = this.answerKnown(chunk);
    if (rest.length === 0) return;
    this.given ??= { head: headOf(rest.toString('latin1')), bytes: 0 };
    this.given.bytes += rest.length;
    this.giveNode(rest);
  }

  /**
   * Node is done with this plain request. Were there more bytes than its own, the next message may have begun in them:
   * then Node reads this connection to its end.
   */
  settle(request: IncomingMessage): void {
    const { head, bytes } = this.given ?? {};
    if (head === undefined || bytes !== head.length + Number(request.headers['content-length'])) return;
    this.given = undefined;
    this.known = KnownHead.of(head, request);
  }

  /** @returns what is left for Node. */
  private answerKnown(chunk: Buffer): Buffer {
    const { known, socket } = this;
    // Node waits with reading for a client that does not read its answers.
    if (!known || this.given || socket.writableLength > 0) return chunk;
    const text = chunk.toString('latin1');
    let at = 0;
    let answers = '';
    for (let body = known.find(text, at); body; body = known.find(text, at)) {
      if (body.to - body.from > this.bodyLimitBytes) break;
      const answered = this.answer(known.headers, chunk.toString('utf8', body.from, body.to));
      if (answered === undefined) break;
      answers += answered;
      at = body.to;
    }
    if (answers !== '') socket.write(answers);
    return chunk.subarray(at);
  }
}
