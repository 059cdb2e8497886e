import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const bin = fileURLToPath(new URL('../bin/spillway.js', import.meta.url));
const MASTER = 'a master secret of the specs of the command';

/** What a shell makes of it: its exit code and what came on stderr. */
function shell(script: string): Promise<{ code: number; err: string }> {
  const environment = { ...process.env, BIN: bin, NODE: process.execPath, TURN_MASTER_SECRET: MASTER };
  return new Promise((resolve) => {
    execFile('bash', ['-o', 'pipefail', '-c', script], { env: environment }, (error, _, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, err }),
    );
  });
}

describe('what the command prints', () => {
  it('is not lost without a word where it cannot be written', async () => {
    const { code, err } = await shell('"$NODE" "$BIN" render secret --node n1 > /dev/full');
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('not all of the output could be written: ENOSPC'),
    ]);
  });

  it('may be left unread', async () => {
    expect(await shell('"$NODE" "$BIN" render coturn --node n1 --realm example.org --help | true')).toEqual({
      code: 0,
      err: '',
    });
  });
});
