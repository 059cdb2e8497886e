import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess } from '../processes.js';

const CLI = fileURLToPath(new URL('../../../apps/cli/dist/main.js', import.meta.url));

/** How a process gets into NATS: the variables of all of them. */
export interface Access {
  readonly NATS_URL: string;
  readonly NATS_CA?: string;
  readonly NATS_CREDENTIALS?: string;
}

/** `spillway <args…>` in a process of its own. */
export async function spillway(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ exitCode: number | null; output: string }> {
  const { PATH, HOME } = process.env;
  return startProcess(process.execPath, [CLI, ...args], { PATH, HOME, ...env }).ended;
}

/** `spillway keys` with a folder of its own. */
export class Keyring {
  constructor(readonly folder: string) {}

  /** @returns what it said. @throws when it fails. */
  async keys(args: readonly string[], access: Partial<Access> = {}): Promise<string> {
    const { exitCode, output } = await spillway(['keys', ...args], { ...access, SPILLWAY_KEYS: this.folder });
    if (exitCode !== 0) throw new Error(`spillway keys ${args.join(' ')} ended with ${exitCode}: ${output}`);
    return output;
  }

  /** @returns the path of new credentials. */
  async issue(role: string, id: string, ...options: string[]): Promise<string> {
    await this.keys([role, id, ...options]);
    return join(this.folder, 'creds', `${role}.${id.replace('/', '.')}.creds`);
  }
}
