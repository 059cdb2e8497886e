import { ConfigError, loadConfig, secret } from '@spillway/runtime/config';
import { z } from 'zod';
import { UsageError } from '../usage-error.js';

const schema = z.object({
  TURN_MASTER_SECRET: secret(16).describe(
    'the master secret of the routers, or set TURN_MASTER_SECRET_FILE to a file that holds it',
  ),
});

/**
 * The secret the routers have too: from the option, TURN_MASTER_SECRET or the file TURN_MASTER_SECRET_FILE names.
 * @throws {UsageError}
 */
export function readMasterSecret(option: string | undefined): string {
  try {
    const env = option === undefined ? process.env : { TURN_MASTER_SECRET: option };
    return loadConfig(schema, env).TURN_MASTER_SECRET;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.problems.join(' ');
    throw new UsageError(
      option === undefined ? problems : problems.replaceAll('TURN_MASTER_SECRET', '--master'),
    );
  }
}
