import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { describeWith } from '@spillway/testkit';
import { parse } from 'yaml';
import { userData } from './machine.harness.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const UNITS = join(ROOT, 'deploy/systemd');
const names = readdirSync(UNITS).filter((name) => /\.(service|timer)$/.test(name));
const services = names.filter((name) => name.endsWith('.service'));
const eturnal = ['spillway-node.service', 'spillway-renew.service'];

/** Of systemd-analyze, which gives 0 to 10; units without any protection get 9.6. */
const MAX_EXPOSURE = 3;

describeWith(['systemd-analyze', 'turnserver'], 'the units as they are shipped', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-units-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What they start is elsewhere on this machine. */
  const here = (text: string) =>
    text
      .replaceAll('/opt/spillway/', ROOT)
      .replaceAll('/usr/bin/node', process.execPath)
      .replaceAll('/usr/bin/turnserver', which('turnserver'));
  const which = (program: string) =>
    execFileSync('sh', ['-c', `PATH="$PATH:/usr/local/bin:/usr/sbin" command -v ${program}`], {
      encoding: 'utf8',
    }).trim();
  const install = (to: string) => {
    mkdirSync(to, { recursive: true });
    for (const name of names) writeFileSync(join(to, name), here(readFileSync(join(UNITS, name), 'utf8')));
  };
  const verify = (units: string, name: string) => {
    const { status, stdout, stderr } = spawnSync(
      'systemd-analyze',
      ['verify', '--man=no', join(units, name)],
      {
        encoding: 'utf8',
      },
    );
    return { status, said: stdout + stderr };
  };

  it.each(names)('%s is without a fault', (name) => {
    install(folder);
    expect(verify(folder, name)).toEqual({ status: 0, said: '' });
  });

  it.each(eturnal)('%s is so for eturnal, too', (name) => {
    const units = join(folder, 'eturnal');
    install(units);
    mkdirSync(join(units, `${name}.d`), { recursive: true });
    const dropIn = join(units, `${name}.d`, 'eturnal.conf');
    cpSync(join(UNITS, 'eturnal', `${name}.conf`), dropIn);
    writeFileSync(dropIn, here(readFileSync(dropIn, 'utf8')));
    expect(verify(units, name)).toEqual({ status: 0, said: '' });
  });

  it.each(services)('%s can do little beyond its own', (name) => {
    install(folder);
    const threshold = `--threshold=${MAX_EXPOSURE * 10}`;
    const args = ['security', '--offline=true', '--no-pager', threshold, join(folder, name)];
    const { status, stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    expect({ status, level: /Overall exposure level.*/.exec(stdout)?.[0] }).toMatchObject({ status: 0 });
  });
});

describe('the user data as it is shipped', () => {
  it('has a place for everything that is an operator’s own, and runs nothing that is not there', () => {
    const { write_files: files, runcmd } = parse(userData({})) as {
      write_files: { path: string; content: string }[];
      runcmd: string[];
    };
    expect(files.map(({ path }) => path)).toEqual([
      '/etc/spillway/node.env',
      '/etc/spillway/nats-ca.pem',
      '/etc/spillway/join-token',
    ]);
    const started = runcmd.join('\n').match(/\/opt\/spillway\/\S+/g) ?? [];
    expect(started).toEqual(['/opt/spillway/deploy/systemd/install.sh']);
    for (const path of started) readFileSync(path.replace('/opt/spillway/', ROOT));
  });
});
