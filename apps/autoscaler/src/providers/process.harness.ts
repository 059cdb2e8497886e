import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, text } from '@spillway/runtime';
import { z } from 'zod';
import { instanceRecordSchema, type InstanceRecord } from './process/instance-record.js';
import { processes } from './process.js';
import type { Group } from './provider.js';
import type { SettingsOf } from './provider-definition.js';

/** Takes its port and ends at SIGTERM, as a reporter does, and starts in a tenth of the time. */
const STAND_IN = `import { createServer } from 'node:http';
createServer((_, response) => response.end()).listen(process.env.HTTP_PORT, '127.0.0.1');
`;

export const MASTER_SECRET = 'a-master-secret-for-specs';

const schema = z.object({ NATS_URL: text().default('nats://127.0.0.1:4222'), ...processes.variables });

/** A state folder and ports of its own, with a reporter that reports nothing unless told. */
export class ProcessStage {
  readonly folder = mkdtempSync(join(tmpdir(), 'spillway-processes-'));
  readonly region = 'eu-central-1';
  readonly standIn = join(this.folder, 'reporter.mjs');
  // Below the ports that Linux gives to outgoing connections.
  readonly #firstPort = randomInt(5_000, 9_000);
  readonly environment: Record<string, string> = {
    TURN_MASTER_SECRET: MASTER_SECRET,
    PROCESS_STATE_DIR: join(this.folder, 'state'),
    PROCESS_TURN_ADDRESS: '127.0.0.1',
    PROCESS_TURN_PORTS: `${this.#firstPort}-${this.#firstPort + 29}`,
    PROCESS_RELAY_PORTS: '10000-19999',
    PROCESS_REPORTER: this.standIn,
  };

  constructor() {
    writeFileSync(this.standIn, STAND_IN);
  }

  create(environment: Record<string, string> = {}) {
    return processes.create(loadConfig(schema, { ...this.environment, ...environment }));
  }

  group(revision = 1, generation = 1): Group<SettingsOf<'process'>> {
    return { region: this.region, settings: { kind: 'process' }, fence: { generation, revision } };
  }

  record(instanceId: string): InstanceRecord {
    return instanceRecordSchema.parse(JSON.parse(readFileSync(this.recordPath(instanceId), 'utf8')));
  }

  recordPath(instanceId: string): string {
    return join(this.folder, 'state', 'instances', `${instanceId}.json`);
  }

  filesOf(instanceId: string): string {
    return join(this.folder, 'state', 'files', instanceId);
  }

  /** Ids with a record. */
  recorded(): string[] {
    const folder = join(this.folder, 'state', 'instances');
    return (existsSync(folder) ? readdirSync(folder) : []).map((name) => name.replace('.json', ''));
  }

  started(): number {
    try {
      const path = join(this.folder, 'state', 'regions', `${this.region}.json`);
      const { lastNumber } = JSON.parse(readFileSync(path, 'utf8')) as { lastNumber: number };
      return lastNumber;
    } catch {
      return 0;
    }
  }

  async stop(): Promise<void> {
    await this.create().end(this.group(1e6, 1e6), this.recorded(), 0, AbortSignal.timeout(30_000));
    rmSync(this.folder, { recursive: true });
  }
}
