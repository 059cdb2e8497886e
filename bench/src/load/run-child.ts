import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Runs a script of `children/` to its end in a process of its own. @returns what it sends. */
export async function runChild<Told>(script: string, args: readonly string[]): Promise<Told> {
  const path = fileURLToPath(new URL(`../children/${script}.js`, import.meta.url));
  const child = fork(path, [...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${script} ${args.join(' ')} ended with ${code} and told nothing`);
  });
  const [told] = (await Promise.race([once(child, 'message'), ended])) as [Told];
  child.disconnect();
  await ended.catch(() => undefined);
  return told;
}
