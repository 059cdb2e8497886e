import { joinRecordKey, joinRecordSchema, type JoinRecord } from '@spillway/contracts';
import { RevisionConflictError, type StateStore } from '@spillway/messaging';
import type { JoinTerms } from '@spillway/nats-access';
import { Refusal } from './refusal.js';

/** How often somebody else may be faster in a row: far more than enrollers there are. */
const MAX_TRIES = 20;

/** Which nodes join tokens were used for; the same for all enrollers. */
export class JoinRecords {
  /** @param makeSuffix of a name that nobody can choose: it must not be one that exists. */
  constructor(
    private readonly state: StateStore,
    private readonly makeSuffix: () => string,
  ) {}

  /**
   * Uses a token for a node, by compare-and-set. Asking again with the same key, after an answer that was lost, gives
   * the same name and uses nothing.
   * @returns the name of the node.
   * @throws {Refusal} `used-up`, or `unavailable` when it cannot be decided.
   */
  async use(tokenId: string, terms: JoinTerms, nodeKey: string): Promise<string> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const stored = await this.state.get(joinRecordKey(tokenId));
      const { uses } = stored ? joinRecordSchema.parse(stored.value) : { uses: [] };
      const before = uses.find((use) => use.nodeKey === nodeKey);
      if (before) return before.nodeId;
      if (uses.length >= terms.uses) throw new Refusal('used-up', describeUse(terms.uses));
      const nodeId = terms.nodeId ?? `${terms.prefix}-${this.makeSuffix()}`;
      const record: JoinRecord = { uses: [...uses, { nodeKey, nodeId }] };
      if (await this.write(tokenId, record, stored?.revision)) return nodeId;
    }
    throw new Refusal('unavailable', 'too many others use the same join token at this moment: ask again');
  }

  private async write(tokenId: string, record: JoinRecord, revision: number | undefined): Promise<boolean> {
    try {
      await this.state.put(joinRecordKey(tokenId), record, revision);
      return true;
    } catch (error) {
      if (error instanceof RevisionConflictError) return false;
      throw error;
    }
  }
}

const describeUse = (uses: number) =>
  uses === 1
    ? 'the join token was used by another node: make one for each'
    : `the join token was used by ${uses} nodes, as many as it is good for: make another`;
