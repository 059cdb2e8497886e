import { describe } from '@jest/globals';
import { describeConvergence, describeGaps, describeLinkLoss } from './conformance/faults.js';
import {
  describeBadMessages,
  describeFiltering,
  describeFollowers,
  describeFollowing,
  describeFollowingTheLast,
  describeIssuedWindow,
} from './conformance/following.js';
import { setStage, type BusHarness } from './conformance/harness.js';
import { describeClosing, describeProvisioning, describeUsage } from './conformance/lifecycle.js';
import {
  describeEndingReading,
  describeReading,
  describeReadingThroughFaults,
  describeReadingWhatIsGone,
  describeReadingWhatThereIs,
} from './conformance/reading.js';
import { describePublishing, describeRecording } from './conformance/recording.js';
import { describeRequests, describeResponders, describeUnansweredRequests } from './conformance/requests.js';
import { describeState } from './conformance/state.js';

export type { BusHarness, ConnectedBus } from './conformance/harness.js';

/** What every `Bus` must do; a new one is right when these specs pass. `runs` is for the property that plays faults. */
export function describeBus(title: string, startHarness: () => Promise<BusHarness>, runs: number): void {
  describe(title, () => {
    const stage = setStage(startHarness);
    describeProvisioning(stage);
    describeFollowing(stage);
    describeFollowers(stage);
    describeFiltering(stage);
    describeFollowingTheLast(stage);
    describeIssuedWindow(stage);
    describeBadMessages(stage);
    describeRecording(stage);
    describePublishing(stage);
    describeLinkLoss(stage);
    describeGaps(stage);
    describeConvergence(stage, runs);
    describeReading(stage);
    describeReadingWhatThereIs(stage);
    describeReadingWhatIsGone(stage);
    describeReadingThroughFaults(stage);
    describeEndingReading(stage);
    describeRequests(stage);
    describeUnansweredRequests(stage);
    describeResponders(stage);
    describeState(stage);
    describeUsage(stage);
    describeClosing(stage);
  });
}
