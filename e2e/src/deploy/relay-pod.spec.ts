import { expect, it } from '@jest/globals';
import { spillway } from '../nats/keyring.harness.js';
import { containersOf, podTemplates, shippedManifests, type Container } from './kubernetes.harness.js';
import { missing } from './shipped.harness.js';

const pod = podTemplates(shippedManifests('relays')).get('turn') ?? missing('turn');
const NOWHERE = '/nonexistent/spillway';
const VALUES: Readonly<Record<string, string>> = {
  HOST_IP: '192.0.2.1',
  REALM: 'turn.example.org',
  REGION: 'eu-central-1',
  COTURN_VERSION: '4.17.1',
};

/** What a container of the image of the command line has it do, nothing of the pod being there. */
function argumentsOf({ command, args }: Container): string[] {
  const [, script] = /main\.js ([\w ]+)/.exec(command.join(' ')) ?? [];
  return (script?.split(' ') ?? args).map((each) =>
    each
      .replace(/\/(?:var\/lib|etc)\/spillway/, NOWHERE)
      .replaceAll(/\$\((\w+)\)/g, (_, name: string) => VALUES[name] ?? missing(name)),
  );
}

it.each(
  containersOf(pod)
    .filter(({ image }) => image === 'spillway/cli')
    .map((container) => [container.name, argumentsOf(container)] as const),
)(
  'The container %s asks the command line for something it knows, and fails for what is not there',
  async (_, args) => {
    const { exitCode, output } = await spillway(args, { SPILLWAY_NODE_FOLDER: NOWHERE });
    expect(output).toContain(NOWHERE);
    // 2 is for what it does not understand.
    expect([1, 77]).toContain(exitCode);
  },
  60_000,
);
