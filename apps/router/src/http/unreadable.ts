import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ProblemError } from '../problem-error.js';
import { headersOf } from './problem.filter.js';

/** Answers, as everywhere, what Node's HTTP server could not read, and ends the connection: nothing after it can be. */
export function answerUnreadable(code: string | undefined, socket: Duplex): void {
  if (!socket.writable || code === 'ECONNRESET') return void socket.destroy();
  const problem = problemOf(code);
  const body = JSON.stringify(problem.toProblem());
  const headers = {
    ...headersOf(problem),
    'content-length': `${Buffer.byteLength(body)}`,
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const status = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`;
  socket.end([status, ...lines, '', body].join('\r\n'));
}

function problemOf(code: string | undefined): ProblemError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ProblemError('headers-too-large', 'The header of the request is larger than 16 KiB');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ProblemError('request-timeout', 'The request did not come in time');
    default:
      return new ProblemError('malformed-request', `The request is not HTTP/1.1 (${code ?? 'unknown'})`);
  }
}
