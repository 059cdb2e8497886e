// Part of the cache key of every test: one that was skipped for want of a program must run once it is there, and all
// that ran must run again with a new version. Its file tells that without being run: packages keep the time of their build.
import { statSync } from 'node:fs';
import { find, TEST_PROGRAMS } from './programs.mjs';

function describe(path) {
  if (!path) return 'missing';
  const { size, mtime } = statSync(path);
  return `${path} ${size} ${mtime.toISOString()}`;
}

for (const program of TEST_PROGRAMS) console.log(program, describe(find(program)));
