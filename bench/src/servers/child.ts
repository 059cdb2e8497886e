/** The child's side of a benchmark: says where it listens, then its CPU time whenever asked. */
export function reportToParent(port: number): void {
  process.send?.(port);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.on('disconnect', () => process.exit());
}
