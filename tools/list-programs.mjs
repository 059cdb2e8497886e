// Part of the cache key of every test: one that was skipped for want of a program must run once it is there.
import { find, TEST_PROGRAMS } from './programs.mjs';

for (const program of TEST_PROGRAMS) console.log(program, find(program) ?? 'missing');
