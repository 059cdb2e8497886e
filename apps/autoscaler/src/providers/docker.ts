import { DockerProvider } from './docker/docker-provider.js';
import { masterSecretVariable } from './master-secret-variable.js';
import { nodesNatsVariables } from './nodes-nats.js';
import { defineProvider } from './provider-definition.js';

/** Containers. Where Docker listens is said by the client's own variables: DOCKER_HOST, DOCKER_CERT_PATH. */
export const docker = defineProvider({
  kind: 'docker',
  variables: { ...masterSecretVariable, ...nodesNatsVariables },
  create: ({ TURN_MASTER_SECRET: masterSecret, ...config }) =>
    new DockerProvider({ ...config, masterSecret }),
});
