import type { IncidentKind } from './incident-event.js';
import type { Scene } from './watch.js';
import { someOf } from './wording.js';

/** Names kept of a group. */
const MAX_NAMES = 50;

interface Group {
  readonly kind: IncidentKind;
  readonly region: string;
  readonly phrase: string;
  readonly atMs: number;
  readonly nodes: string[];
  count: number;
}

/** Nodes to which the same happens in the same second and region are told of in one line. */
export class Groups {
  private readonly byWhat = new Map<string, Group>();

  constructor(private readonly scene: Scene) {}

  add(kind: IncidentKind, region: string, node: string, phrase: string, atMs: number): void {
    const key = `${kind} ${region} ${phrase}`;
    let group = this.byWhat.get(key);
    if (!group) this.byWhat.set(key, (group = { kind, region, phrase, atMs, nodes: [], count: 0 }));
    group.count++;
    if (group.nodes.length < MAX_NAMES) group.nodes.push(node);
  }

  tellAll(): void {
    if (this.byWhat.size === 0) return;
    for (const { kind, region, phrase, atMs, nodes, count } of this.byWhat.values()) {
      this.scene.tell({ kind, region, nodes, count, text: `${someOf(nodes, count)}: ${phrase}` }, atMs);
    }
    this.byWhat.clear();
  }
}
