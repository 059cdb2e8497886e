import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allocate } from '@spillway/cli/turn-client';
import {
  decisionExplanationSchema,
  type DecisionExplanation,
  type IceServersAnswer,
} from '@spillway/contracts';
import { describeWith } from '@spillway/testkit';
import { startProcess, type EndedProcess } from './processes.js';
import { spillwayCommand } from './spillway-start.js';
import { startSystem, type System } from './system.js';
import { until } from './until.js';

const NODE = 'euc1-a1';
const FRANKFURT = '88.198.0.1';

describeWith(['nats-server', 'turnserver'], 'a client that was relayed by a real coturn', () => {
  let system: System;
  let answer: IceServersAnswer;
  beforeAll(async () => {
    system = await startSystem();
    // What a router decides before it has read the log rests on what was stored beside it.
    await until('decisions rest on the log alone', 30_000, async () => {
      const { placement } = await system.ask({ clientIp: FRANKFURT, userId: 'alice' });
      return (await explained(placement.decisionId)).verdict.kind === 'same';
    });
    answer = await system.ask({ clientIp: FRANKFURT, userId: 'bob' });
    const { urls = [], username = '', credential = '' } = answer.iceServers[0] ?? {};
    const allocation = await allocate(urls[0] ?? '', { username, credential });
    await allocation.release();
  }, 90_000);
  afterAll(() => system.stop(), 60_000);

  /** What the router says of it, once it is on the log: decisions are told four times a second. */
  function explained(decisionId: string): Promise<DecisionExplanation> {
    return until(`decision ${decisionId} is explained`, 5_000, async () =>
      decisionExplanationSchema.parse(await system.get(`/v1/decisions/${decisionId}`)),
    );
  }

  /** One command. */
  function explain(...args: string[]): Promise<EndedProcess> {
    const [command, all] = spillwayCommand('explain', ...args);
    const env = { ...process.env, NATS_URL: `nats://127.0.0.1:${system.ports.nats}` };
    return startProcess(command, all, env).ended;
  }

  it('is explained from a line of its log', async () => {
    const line = await lineOfLog(system, NODE, `username=<${answer.iceServers[0]?.username}`);
    const { exitCode, output } = await explain(line);
    process.stdout.write(`\n$ spillway explain '${line}'\n${output}\n`);
    const said = output.replaceAll(/\s+/g, ' ');
    expect(said).toContain('in Germany');
    expect(said).toContain(`was given ${NODE} in eu-central-1`);
    expect(said).toContain(`(decision ${answer.placement.decisionId})`);
    expect(said).toContain('the decision comes out the same');
    expect(said).not.toMatch(/bob|88\.198/);
    expect(exitCode).toBe(0);
  }, 60_000);

  it('is explained the same by the router, from what its own answer said', async () => {
    const { decisionId } = answer.placement;
    const ended = await explain(decisionId, '--json');
    const { explanation } = JSON.parse(ended.output) as { explanation: unknown };
    expect(await explained(decisionId)).toEqual(decisionExplanationSchema.parse(explanation));
  }, 60_000);

  it('is among those that were sent to the node', async () => {
    const { exitCode, output } = await explain('--node', NODE, '--at', 'now', '--within', '5m', '--json');
    expect(output).toContain(answer.placement.decisionId);
    expect(exitCode).toBe(0);
  }, 60_000);
});

async function lineOfLog({ scratch }: System, node: string, text: string): Promise<string> {
  const path = join(scratch.path, 'logs', `coturn-${node}.log`);
  const find = () =>
    readFileSync(path, 'utf8')
      .split('\n')
      .find((line) => line.includes(text));
  await until(`the log of ${node} has ${text}`, 10_000, async () => find() !== undefined);
  return find() ?? '';
}
