import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const HERE = fileURLToPath(new URL('./', import.meta.url));
const IMAGE = 'spillway-test/machine';

const run = promisify(execFile);
const docker = async (...args: string[]) => (await run('docker', args, { maxBuffer: 2 ** 26 })).stdout.trim();

/** deploy/cloud-init/turn-node.yaml with what an operator replaces, by the text between the brackets. */
export function userData(replacements: Readonly<Record<string, string>>): string {
  let text = readFileSync(join(ROOT, 'deploy/cloud-init/turn-node.yaml'), 'utf8');
  for (const [placeholder, value] of Object.entries(replacements))
    text = text.replaceAll(`<${placeholder}>`, value);
  return text;
}

/** deploy/cloud-init/pack.sh. @returns the hash it says. */
export async function pack(file: string): Promise<string> {
  const { stdout } = await run(join(ROOT, 'deploy/cloud-init/pack.sh'), [file]);
  return stdout.split(' ')[0] ?? '';
}

/** Where a container reaches this machine: not at that of the bridge, which is down while there is none. */
export function hostAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const found = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (!found) throw new Error('this machine has no address but loopback');
  return found.address;
}

/** A machine that boots with systemd and its user data, in a container of its own. */
export class Machine {
  private constructor(
    private readonly id: string,
    readonly address: string,
  ) {}

  static async boot(folder: string, user: string, instanceId: string): Promise<Machine> {
    await docker('build', '--quiet', '--tag', IMAGE, '--file', join(HERE, 'machine.Dockerfile'), HERE);
    const seed = join(folder, 'seed');
    mkdirSync(seed, { recursive: true });
    writeFileSync(join(seed, 'user-data'), user);
    writeFileSync(join(seed, 'meta-data'), `instance-id: ${instanceId}\n`);
    const rights = [
      '--cap-add=SYS_ADMIN',
      '--cap-add=SYS_PTRACE',
      '--security-opt=seccomp=unconfined',
      '--security-opt=apparmor=unconfined',
    ];
    const systemd = ['--cgroupns=private', '--tmpfs=/run', '--tmpfs=/run/lock', '--env=container=docker'];
    const data = `--volume=${seed}:/var/lib/cloud/seed/nocloud:ro`;
    const id = await docker('run', '--detach', ...rights, ...systemd, data, IMAGE);
    const address = await docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', id);
    return new Machine(id, address);
  }

  async run(...command: string[]): Promise<string> {
    return docker('exec', this.id, ...command);
  }

  /** Of all units. */
  async journal(): Promise<string> {
    return this.run('journalctl', '--no-pager', '--output=cat');
  }

  /** As from its power button. */
  async shutDown(): Promise<void> {
    await docker('kill', '--signal=SIGRTMIN+4', this.id);
  }

  async destroy(): Promise<void> {
    await docker('rm', '--force', '--volumes', this.id);
  }
}
