import TinyQueue from 'tinyqueue';

interface Deadline<Node> {
  readonly node: Node;
  readonly at: number;
}

/** The next deadline of every node, earliest first; setting one replaces the node's former. */
export class Deadlines<Node> {
  private readonly queue: TinyQueue<Deadline<Node>>;
  private readonly current = new Map<Node, Deadline<Node>>();

  /** @param order which of two nodes goes first whose deadlines come at the same time. */
  constructor(order: (a: Node, b: Node) => number) {
    this.queue = new TinyQueue<Deadline<Node>>([], (a, b) => a.at - b.at || order(a.node, b.node));
  }

  /** A deadline may be set too early, never too late: who pops it looks again. */
  ensureBy(node: Node, at: number): void {
    const present = this.current.get(node);
    if (present && present.at <= at) return;
    const deadline = { node, at };
    this.current.set(node, deadline);
    this.queue.push(deadline);
  }

  forget(node: Node): void {
    this.current.delete(node);
  }

  /** The next node whose deadline has come by `now`. */
  pop(now: number): Node | undefined {
    for (let next = this.queue.peek(); next && next.at <= now; next = this.queue.peek()) {
      this.queue.pop();
      if (this.current.get(next.node) !== next) continue;
      this.current.delete(next.node);
      return next.node;
    }
    return undefined;
  }
}
