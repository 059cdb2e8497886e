import { expect, it } from '@jest/globals';
import { deriveNodeSecret } from '@spillway/turn';
import { CLIENTS, MASTER_SECRET } from './testing/fleet.harness.js';
import { connectIceClient } from './testing/grpc.harness.js';
import { bearer, KEYS, keyEntries } from './testing/keys.harness.js';
import { recordingLogger } from './testing/loggers.harness.js';
import { followIssued } from './testing/log.harness.js';
import { aSharedLog, startReadyRouter } from './testing/router.harness.js';
import { until } from './testing/until.harness.js';

it('A router lets no secret, credential, key or client address out but in the answer itself', async () => {
  const { bus, other, log } = aSharedLog();
  const logger = recordingLogger();
  const router = await startReadyRouter({ bus, logger });
  const issued = await followIssued(other);
  const client = connectIceClient(router.grpcAddress);
  const request = { clientIp: CLIENTS.frankfurt, userId: 'alice-liddell' };
  const answer = (await (await router.ask(request)).json()) as { iceServers: { credential?: string }[] };
  await client.ask(request);
  await router.ask({ ...request, count: 9 });
  await router.ask(request, 'client');
  await until(() => issued.length === 2);

  const authorization = bearer('operator');
  const paths = ['/metrics', '/v1/regions', '/v1/nodes', '/readyz', '/openapi.json'];
  const pages = await Promise.all(
    paths.map(async (path) => (await router.fetch(path, { headers: { authorization } })).text()),
  );
  client.close();
  await router.stop();
  const onLog = (log.stream?.messages ?? []).map(({ data }) => new TextDecoder().decode(data));
  const out = [...pages, ...onLog, ...logger.lines.map(({ text }) => text)].join('\n');

  expect(out).toContain('eu-central-1-1');
  const secrets = [
    MASTER_SECRET,
    deriveNodeSecret(MASTER_SECRET, 'eu-central-1-1', 1),
    answer.iceServers[0]?.credential ?? '',
    ...Object.values(KEYS).map(({ key }) => key),
    ...keyEntries().map(({ sha256 }) => sha256),
    CLIENTS.frankfurt,
    'alice-liddell',
  ];
  expect(secrets.filter((secret) => secret === '' || out.includes(secret))).toEqual([]);
});
