import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { IceServersAnswer } from '@spillway/contracts';
import type { ProblemError } from '../problem-error.js';
import type { RequestGate } from '../request-gate.js';
import { AnswerText } from './answer-text.js';
import { FrontConnection } from './front-connection.js';
import { ICE_SERVERS_PATH } from './ice-servers.route.js';
import { headersOf } from './problem.filter.js';

/**
 * Answers plain requests for ICE servers before Fastify sees them, whose way to a handler and back takes as long as all
 * that a router does for one. Plain is a `POST` of a JSON body whose length is told, straight from the client; all else
 * goes to Fastify's own route, and so does a body that is not JSON: what is odd is looked at in one place. One that comes
 * with the same head as the plain one before it on its connection is answered before Node's own HTTP server sees it.
 */
export class IceServersFront {
  private isOpen = true;
  private readonly connections = new WeakMap<Socket, FrontConnection>();

  constructor(
    private readonly gate: RequestGate,
    private readonly bodyLimitBytes: number,
  ) {}

  /** Puts itself before whoever answers the server's requests. */
  standBefore(server: Server): void {
    const others = server.listeners('request') as RequestListener[];
    const pass: RequestListener = (request, response) => {
      this.connections.get(request.socket)?.leaveToNode();
      for (const other of others) other.call(server, request, response);
    };
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      if (this.isOpen && this.isPlain(request)) this.read(request, response, pass);
      else pass(request, response);
    });
    this.standBeforeNode(server);
  }

  private standBeforeNode(server: Server): void {
    const text = new AnswerText(server.keepAliveTimeout);
    server.on('connection', (socket) => {
      // Who has hung up already has none to be counted by, and gets no answer. Once looked at, it stays known.
      if (socket.remoteAddress === undefined) return void socket.destroy();
      const [node, ...others] = socket.listeners('data');
      // Node's server listens alone; were it ever otherwise, it reads everything.
      if (!node || others.length > 0) return;
      const answer = (authorization: string | undefined, body: string) =>
        this.answerText(text, socket, authorization, body);
      const connection = new FrontConnection(
        socket,
        (chunk) => void node.call(socket, chunk),
        answer,
        this.bodyLimitBytes,
      );
      this.connections.set(socket, connection);
      socket.removeAllListeners('data');
      socket.on('data', (chunk: Buffer) => connection.read(chunk));
    });
  }

  /** From now on what comes is passed on: who closes has things to say to clients. What has begun is its connection's last. */
  close(): void {
    this.isOpen = false;
  }

  private isPlain({ method, url, headers }: IncomingMessage): boolean {
    if (method !== 'POST' || url !== ICE_SERVERS_PATH || headers['content-type'] !== 'application/json')
      return false;
    if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false;
    const length = Number(headers['content-length']);
    return length > 0 && length <= this.bodyLimitBytes && headers['transfer-encoding'] === undefined;
  }

  private read(request: IncomingMessage, response: ServerResponse, pass: RequestListener): void {
    const length = Number(request.headers['content-length']);
    const chunks: Buffer[] = [];
    let received = 0;
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      if (received < length) return;
      const body = chunks.length === 1 ? chunk : Buffer.concat(chunks);
      const read = readPlain(body.toString());
      if (read) return this.answer(request, response, read.json);
      request.removeListener('data', take).pause();
      request.unshift(body);
      pass(request, response);
    };
    request.on('data', take);
  }

  private answer(request: IncomingMessage, response: ServerResponse, body: unknown): void {
    const { socket, headers } = request;
    if (this.isOpen) response.once('finish', () => this.connections.get(socket)?.settle(request));
    else response.setHeader('connection', 'close');
    try {
      sendAnswer(response, this.ask(socket, headers.authorization, body));
    } catch (error) {
      sendProblem(response, error as ProblemError);
    }
  }

  /** @returns `undefined` for what is for others to answer. */
  private answerText(
    text: AnswerText,
    socket: Socket,
    authorization: string | undefined,
    body: string,
  ): string | undefined {
    const read = this.isOpen ? readPlain(body) : undefined;
    if (!read) return undefined;
    try {
      return text.of(200, ANSWER_HEADERS, JSON.stringify(this.ask(socket, authorization, read.json)));
    } catch (error) {
      const problem = error as ProblemError;
      return text.of(problem.status, headersOf(problem), JSON.stringify(problem.toProblem()));
    }
  }

  /** @throws {ProblemError} */
  private ask(socket: Socket, authorization: string | undefined, body: unknown): IceServersAnswer {
    const address = socket.remoteAddress;
    return this.gate.iceServers({
      face: 'http',
      connection: socket,
      authorization,
      peer: address,
      client: address,
      body,
    });
  }
}

const ANSWER_HEADERS = { 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' };

/** Member by member: spreading one object into another takes microseconds (Node 20). */
function sendAnswer(response: ServerResponse, answer: IceServersAnswer): void {
  const text = JSON.stringify(answer);
  response.writeHead(200, {
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

function sendProblem(response: ServerResponse, problem: ProblemError): void {
  const text = JSON.stringify(problem.toProblem());
  response.writeHead(problem.status, { ...headersOf(problem), 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function readPlain(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
