import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { describeWith } from '@spillway/testkit';
import { docker } from './docker.js';
import { describeProvider } from './provider.conformance.js';

const IMAGE = 'spillway-test/idle:local';
/** Ends at SIGTERM, as a program does that is the first of its container only if it says so. */
const IDLE = 'trap "exit 0" TERM; while :; do sleep 0.1; done';

const run = (command: string) => execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' });

/** An image of the shell of this machine and what it needs. No registry is asked. */
function importImage(): void {
  const files = '/bin/sh /bin/sleep $(ldd /bin/sh /bin/sleep | grep -o "/lib[^ ]*" | sort -u)';
  const change = `CMD ${JSON.stringify(['/bin/sh', '-c', IDLE])}`;
  run(`tar -chf - ${files} 2>/dev/null | docker import --change '${change}' - ${IMAGE}`);
}

describeWith(['docker'], 'docker with a real daemon', () => {
  describeProvider('docker', [], async () => {
    importImage();
    const region = `spec-${randomBytes(4).toString('hex')}`;
    const since = Math.floor(Date.now() / 1000);
    const label = `label=spillway.region=${region}`;
    return {
      settings: { kind: 'docker', image: IMAGE, network: 'none', env: {} },
      region,
      create: () => docker.create({ NATS_URL: 'nats://127.0.0.1:4222' }),
      started: async () => {
        const until = Math.floor(Date.now() / 1000) + 1;
        const events = `docker events --since ${since} --until ${until} --filter event=create --filter ${label}`;
        return run(`${events} --format '{{.ID}}'`).split('\n').filter(Boolean).length;
      },
      settle: async () => {},
      stop: async () => {
        run(`docker ps -aq --filter ${label} | xargs -r docker rm -f`);
      },
    };
  });
});
