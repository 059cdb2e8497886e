import { secret } from '@spillway/runtime';

/** Of those providers that give a node its own secret; it is derived from this one. */
export const masterSecretVariable = {
  TURN_MASTER_SECRET: secret(16)
    .optional()
    .describe(
      'The master secret of the routers: the provider process needs it for the nodes it starts, docker hands each ' +
        'container its own part',
    ),
};
