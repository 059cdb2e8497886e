import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { PROBLEMS, type ProblemCode } from '@spillway/contracts';
import { apiKeysSchema } from './auth/api-keys.js';
import { grpcProblem } from './grpc/grpc-problem.js';
import { ProblemError } from './problem-error.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('The table of errors in the README is the code', () => {
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` +\| (\d{3}) +\| `([A-Z_]+)`/gm)].map(
    ([, ...cells]) => cells,
  );
  const expected = Object.entries(PROBLEMS).map(([code, httpStatus]) => {
    const { code: grpcStatus } = grpcProblem(new ProblemError(code as ProblemCode, '')).getError() as {
      code: status;
    };
    return [code, `${httpStatus}`, status[grpcStatus]];
  });
  expect(rows).toEqual(expected);
});

it('The file of API keys in the README is one', () => {
  const [, example = ''] = /```json\n([^`]*)```/.exec(readme) ?? [];
  expect(apiKeysSchema.safeParse(JSON.parse(example)).error).toBeUndefined();
});
