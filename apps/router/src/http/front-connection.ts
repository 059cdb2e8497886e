import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { headOf, isHeadOf, KnownHead } from './known-head.js';

/** Characters that Node may be given at a time and still give the connection back; whoever sends more is no client of ours. */
const MAX_GIVEN = 256 * 1024;

/** Answers one request, with all that goes over the wire; `undefined` for what it does not answer. */
export type AnswerBody = (authorization: string | undefined, body: string) => string | undefined;

/**
 * One connection. Node reads what comes first, and whatever differs from it; a request with a head that Node has just
 * read on this connection goes past its parser and its streams, which take longer than all that a router does for one.
 * The connection stays Node's: its timeouts, its end.
 */
export class FrontConnection {
  private known: KnownHead | undefined;
  /** What Node was given and has not answered, in latin1. */
  private given = '';
  /** To its end. */
  private isNodes = false;

  constructor(
    private readonly socket: Socket,
    private readonly giveNode: (chunk: Buffer) => void,
    private readonly answer: AnswerBody,
    private readonly bodyLimitBytes: number,
  ) {}

  read(chunk: Buffer): void {
    const rest = this.answerKnown(chunk);
    if (rest.length === 0) return;
    if (!this.isNodes) this.given += rest.toString('latin1');
    if (this.given.length > MAX_GIVEN) this.leaveToNode();
    this.giveNode(rest);
  }

  /** Node has answered this plain request. With the last of what it was given the connection comes back. */
  settle(request: IncomingMessage): void {
    if (this.isNodes) return;
    const head = headOf(this.given);
    if (head === undefined || !isHeadOf(head, request)) return this.leaveToNode();
    this.given = this.given.slice(head.length + Number(request.headers['content-length']));
    this.known = KnownHead.of(head, request);
  }

  /** From now on Node reads everything: something came of which it alone can tell where it ends. */
  leaveToNode(): void {
    this.isNodes = true;
    this.given = '';
    this.known = undefined;
  }

  /** @returns what is left for Node. */
  private answerKnown(chunk: Buffer): Buffer {
    const { known, socket } = this;
    // Node waits with reading for a client that does not read its answers.
    if (!known || this.given !== '' || socket.writableLength > 0) return chunk;
    const text = chunk.toString('latin1');
    let at = 0;
    let answers = '';
    for (let body = known.find(text, at); body; body = known.find(text, at)) {
      if (body.to - body.from > this.bodyLimitBytes) break;
      const answered = this.answer(known.authorization, chunk.toString('utf8', body.from, body.to));
      if (answered === undefined) break;
      answers += answered;
      at = body.to;
    }
    if (answers !== '') socket.write(answers);
    return chunk.subarray(at);
  }
}
