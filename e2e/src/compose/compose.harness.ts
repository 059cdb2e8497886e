import { execFile } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DEPLOY = fileURLToPath(new URL('../../../deploy/', import.meta.url));
/** Building every image from nothing. */
const BUILD_LIMIT_MS = 20 * 60_000;
const COMMAND_LIMIT_MS = 3 * 60_000;

/** What `docker inspect` says, as far as it matters here. */
export interface Container {
  readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: { readonly ReadonlyRootfs: boolean };
  readonly State: { readonly Status: string; readonly Health?: { readonly Status: string } };
}

/** `deploy/compose` as it is shipped, its images built from Debian's packages. */
export class ComposedSystem {
  readonly address = addressOfThisMachine();
  private readonly files: readonly string[];

  /** @param settings what is in `.env`, besides the address of this machine. */
  constructor(
    private readonly project: string,
    files: readonly string[] = ['compose.yaml', 'local.yaml'],
    private readonly settings: Readonly<Record<string, string>> = {},
  ) {
    this.files = files.flatMap((file) => ['--file', `${DEPLOY}compose/${file}`]);
  }

  async build(): Promise<void> {
    await execute(`${DEPLOY}docker/base-images.sh`, [], {}, BUILD_LIMIT_MS);
    await this.compose(['build', '--quiet'], BUILD_LIMIT_MS);
  }

  /** `docker-compose <args…>`. @returns what it printed. @throws with all of that when it fails. */
  async compose(args: readonly string[], limitMs = COMMAND_LIMIT_MS): Promise<string> {
    const all = ['--project-name', this.project, ...this.files, ...args];
    return execute('docker-compose', all, { TURN_IP: this.address, ...this.settings }, limitMs);
  }

  /** `spillway <args…>` in the container for that. */
  async spillway(...args: string[]): Promise<string> {
    return this.compose(['run', '--rm', '-T', 'cli', ...args]);
  }

  async containers(): Promise<Container[]> {
    const ids = await this.remains('ps', '--all');
    if (ids.length === 0) return [];
    return JSON.parse(await execute('docker', ['inspect', ...ids])) as Container[];
  }

  /** What there is of this project: containers, volumes or networks, by id. */
  async remains(...command: string[]): Promise<string[]> {
    const filter = `label=com.docker.compose.project=${this.project}`;
    const ids = await execute('docker', [...command, '--quiet', '--filter', filter]);
    return ids.split('\n').filter(Boolean);
  }
}

async function execute(
  command: string,
  args: readonly string[],
  env = {},
  timeout = COMMAND_LIMIT_MS,
): Promise<string> {
  try {
    const { stdout } = await run(command, [...args], {
      env: { ...process.env, ...env },
      timeout,
      maxBuffer: 64e6,
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')}:\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`, {
      cause: error,
    });
  }
}

/** A relay does not listen on loopback: who asks for a relay from a container has another one. */
function addressOfThisMachine(): string {
  const external = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  if (!external) throw new Error('this machine has no address but loopback');
  return external.address;
}
