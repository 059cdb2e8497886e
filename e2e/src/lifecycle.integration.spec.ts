import { afterEach, expect, it } from '@jest/globals';
import { describeWith } from '@spillway/testkit';
import { findFreePorts } from './free-ports.js';
import { processesWith } from './processes.js';
import { makeScratch, readPids, spillwayStart, type Scratch } from './spillway-start.js';
import { startSystem } from './system.js';

const LIMIT_MS = 90_000;

describeWith(['nats-server', 'turnserver'], 'spillway start', () => {
  const scratches: Scratch[] = [];
  const scratch = () => {
    const made = makeScratch();
    scratches.push(made);
    return made;
  };
  afterEach(() => {
    for (const each of scratches.splice(0)) {
      // There are some only when a test failed half way.
      for (const pid of processesWith(each.path)) process.kill(pid, 'SIGKILL');
      each.remove();
    }
  });

  it(
    'refuses a second start and busy ports, and leaves no process at Ctrl-C',
    async () => {
      const system = await startSystem(scratch());
      const { supervisor, ...services } = system.pids();
      expect(Object.keys(services)).toHaveLength(9);
      expect(processesWith(system.scratch.path)).toEqual(
        expect.arrayContaining([supervisor, ...Object.values(services)]),
      );

      const second = await spillwayStart(system.scratch, await findFreePorts()).ended;
      expect(second.exitCode).toBe(1);
      expect(second.output).toContain(`Spillway is running here already (pid ${system.pid}`);

      const elsewhere = await spillwayStart(scratch(), system.ports).ended;
      expect(elsewhere.exitCode).toBe(1);
      expect(elsewhere.output).toContain(
        `127.0.0.1:${system.ports.http}/tcp (HTTP): in use; choose another with --http-port`,
      );
      expect(elsewhere.output.match(/in use/g)).toHaveLength(16);

      const exitCode = await system.interrupt();
      expect(exitCode).toBe(0);
      expect(processesWith(system.scratch.path)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'stops what a start that was killed left behind',
    async () => {
      const folder = scratch();
      const killed = await startSystem(folder);
      const { supervisor = 0, nats } = readPids(folder);
      process.kill(supervisor, 'SIGKILL');
      const again = await spillwayStart(folder, killed.ports, '--check').ended;
      expect(again.output).toContain(`stopping nats (pid ${nats}), which an earlier start left behind`);
      expect(again.exitCode).toBe(0);
      expect(processesWith(folder.path)).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    '--check makes an allocation through each region, offers the credential to the others, and stops',
    async () => {
      const folder = scratch();
      const { exitCode, output } = await spillwayStart(folder, await findFreePorts(), '--check').ended;
      expect(output.match(/relays on/g)).toHaveLength(6);
      expect(output.match(/is refused by/g)).toHaveLength(6);
      expect(exitCode).toBe(0);
      expect(processesWith(folder.path)).toEqual([]);
    },
    LIMIT_MS,
  );
});
