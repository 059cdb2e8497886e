import { status as grpcStatus } from '@grpc/grpc-js';

/** Every problem a client of the router can get. */
export function errorsMarkdown({ PROBLEMS, problemOf, remedyOf, grpcStatusOf }) {
  const rows = Object.keys(PROBLEMS).map((code) => {
    const { title, status } = problemOf({ code, detail: '' });
    return `| \`${code}\` | ${status} | ${grpcCell(grpcStatusOf(code))} | ${title} | ${remedyOf(code)} |`;
  });
  return [
    '# Errors of the router',
    'Over HTTP and NATS an error is an RFC 9457 problem document: `type`, `title`, `status`, `detail`, the stable `code`, and `field` where a field of the request is at fault. Over gRPC `code` and `field` are in the trailing metadata `spillway-code` and `spillway-field`. `Retry-After` (gRPC: `retry-after`) comes with `429`, `503` and `requirement-unmet` where a time is known. Go by `code`; `title` and `detail` are for people and may change.',
    ['| code | HTTP | gRPC | what it is | what to do |', '| --- | --- | --- | --- | --- |', ...rows].join(
      '\n',
    ),
    '',
  ].join('\n\n');
}

/** What comes of HTTP alone has no status there. */
const grpcCell = (code) => (code === grpcStatus.UNKNOWN ? '–' : `\`${grpcStatus[code]}\``);
