import { describe, expect, it } from '@jest/globals';
import { QUERY_NODE_COMMAND, type Heartbeat } from '@spillway/contracts';
import { MemoryBus } from '@spillway/messaging';
import { aHeartbeat } from '@spillway/testkit';
import { aScaledPolicy, REGION } from '../testing/autoscaler.harness.js';
import { HeardLog } from '../testing/log.harness.js';
import { silentLogger } from '../testing/loggers.harness.js';
import { aTerm } from '../testing/terms.harness.js';
import { aView } from '../testing/views.harness.js';
import { NodeCommands } from './node-commands.js';

const aNode = (nodeId: string, overrides: Partial<Heartbeat> = {}) =>
  aHeartbeat({ region: REGION, nodeId, instanceId: `i-${nodeId}`, ...overrides });

async function aStage(fleet: Heartbeat[] = [aNode('n1'), aNode('n2')]) {
  const bus = new MemoryBus();
  await bus.provision();
  const heard = await HeardLog.of(bus);
  const regions = { ...aScaledPolicy({ drainDeadlineSeconds: 90 }).regions, 'us-east-1': {} };
  const view = aView(aScaledPolicy({}, { regions }), fleet);
  const term = aTerm();
  const commands = new NodeCommands({ bus, view, term, logger: silentLogger });
  await commands.respond();
  const ask = async (payload: unknown) => {
    const { data, headers } = await bus.request(QUERY_NODE_COMMAND, { payload }, 2_000);
    return { body: JSON.parse(new TextDecoder().decode(data)) as Record<string, unknown>, headers };
  };
  return { bus, heard, ask, term, view };
}

describe('an operator’s order to a node', () => {
  it('is put on the log for the instance that the node is, and answered with its place there', async () => {
    const { ask, heard } = await aStage();
    const { body } = await ask({ command: 'drain', node: 'n1', reason: 'kernel update' });
    const [command] = heard.commands('n1');
    expect(command).toMatchObject({
      command: 'drain',
      instanceId: 'i-n1',
      deadlineSeconds: 90,
      reason: 'kernel update',
      origin: 'operator',
      expiresAt: '2026-11-22T10:01:00.000Z',
    });
    expect(body).toEqual({ commandId: command?.id, region: REGION, node: 'n1', position: 1 });
  });

  it('may say how long the drain may take', async () => {
    const { ask, heard } = await aStage();
    await ask({ command: 'drain', node: 'n1', deadlineSeconds: 5 });
    await ask({ command: 'undrain', node: 'n1' });
    expect(heard.commands('n1')).toMatchObject([{ deadlineSeconds: 5 }, { command: 'undrain' }]);
  });

  it('is another one each time', async () => {
    const { ask } = await aStage();
    const ids = [];
    for (let n = 0; n < 3; n++) ids.push((await ask({ command: 'drain', node: 'n1' })).body['commandId']);
    expect(new Set(ids).size).toBe(3);
  });

  it('says on the log when it takes the last usable node away, and is obeyed', async () => {
    const { ask, heard } = await aStage([aNode('n1'), aNode('n3', { region: 'us-east-1' })]);
    await ask({ command: 'drain', node: 'n1', reason: 'test' });
    expect(heard.commands('n1')[0]?.reason).toBe('test; the last usable node of its region');
    const alone = await aStage([aNode('n1')]);
    await alone.ask({ command: 'drain', node: 'n1' });
    expect(alone.heard.commands('n1')[0]?.reason).toBe('the last usable node of the fleet');
  });

  it.each([
    ['no JSON object', 'drain n1', 400, { code: 'malformed-request' }],
    ['no node', { command: 'drain' }, 400, { code: 'invalid-field', field: 'node' }],
    ['another command', { command: 'stop', node: 'n1' }, 400, { code: 'invalid-field', field: 'command' }],
    [
      'what nobody asks for',
      { command: 'drain', node: 'n1', now: 1 },
      400,
      { code: 'invalid-field', field: 'now' },
    ],
    ['a node nobody knows', { command: 'drain', node: 'n9' }, 404, { code: 'not-found' }],
    [
      'a node of elsewhere',
      { command: 'drain', node: 'n1', region: 'us-east-1' },
      404,
      { code: 'not-found' },
    ],
  ])('with %s is refused with the reason', async (_, request, status, problem) => {
    const { ask, heard } = await aStage();
    const { body, headers } = await ask(request);
    expect(body).toMatchObject({ status, ...problem, type: `tag:spillway,2026:${problem.code}` });
    expect(headers).toMatchObject({
      'Nats-Service-Error-Code': String(status),
      'Nats-Service-Error': problem.code,
    });
    expect(heard.of('command')).toEqual([]);
  });

  it('for a name that two regions have must name the region', async () => {
    const { ask, heard } = await aStage([aNode('n1'), aNode('n1', { region: 'us-east-1' })]);
    const { body } = await ask({ command: 'drain', node: 'n1' });
    expect(body).toMatchObject({ code: 'invalid-field', field: 'region' });
    expect(body['detail']).toContain(`${REGION}, us-east-1`);
    expect((await ask({ command: 'drain', node: 'n1', region: 'us-east-1' })).body['region']).toBe(
      'us-east-1',
    );
    expect(heard.of('command')).toMatchObject([{ region: 'us-east-1' }]);
  });

  it('that the log does not take in time is answered so, and may be repeated', async () => {
    const { bus, heard, view } = await aStage();
    const commands = new NodeCommands({ bus, view, term: aTerm(), logger: silentLogger, recordMs: 50 });
    bus.dropLink();
    const data = new TextEncoder().encode(JSON.stringify({ command: 'drain', node: 'n1' }));
    const { payload } = await commands.answer({ data, headers: {} });
    expect(payload).toMatchObject({ status: 503, code: 'no-autoscaler' });
    expect(payload).toMatchObject({ detail: expect.stringContaining('safe to repeat') });
    expect(heard.of('command')).toEqual([]);
  });

  it('is not taken by one that does not lead any more', async () => {
    const { ask, heard, term } = await aStage();
    term.end('a spec says so');
    expect((await ask({ command: 'drain', node: 'n1' })).body).toMatchObject({
      status: 503,
      code: 'no-autoscaler',
    });
    expect(heard.of('command')).toEqual([]);
  });
});
