import { readFileSync } from 'node:fs';
import type { LoggerService } from '@nestjs/common';
import { heartbeatSchema } from '@spillway/contracts';

/** Which secret of the node is in force: as its file says, which is looked at every time, or as it said last. */
export class SecretEpoch {
  private problem: string | undefined;

  constructor(
    private current: number,
    private readonly path: string | undefined,
    private readonly logger: Pick<LoggerService, 'log' | 'warn'>,
  ) {}

  read(): number {
    if (this.path === undefined) return this.current;
    const found = readEpoch(this.path);
    if (typeof found === 'string') {
      if (found !== this.problem) this.logger.warn(`${found}; the secret of epoch ${this.current} counts`);
      this.problem = found;
      return this.current;
    }
    this.problem = undefined;
    if (found !== this.current) this.logger.log(`The secret of epoch ${found} is in force`);
    return (this.current = found);
  }
}

/** @returns a text that says what is wrong. */
function readEpoch(path: string): number | string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    return `SECRET_EPOCH_PATH: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`;
  }
  const epoch = heartbeatSchema.shape.secretEpoch.safeParse(/^\d+$/.test(text) ? Number(text) : undefined);
  return epoch.success ? epoch.data : `SECRET_EPOCH_PATH: ${path} holds no epoch`;
}
