import { ProviderError, type ProviderErrorCode } from '../provider-error.js';
import { sayingOf } from '../tell.js';

const ACTIONS =
  'autoscaling:DescribeAutoScalingGroups, SetDesiredCapacity, SetInstanceProtection, ' +
  'TerminateInstanceInAutoScalingGroup and CompleteLifecycleAction';

interface Rule {
  readonly name: RegExp;
  readonly message?: RegExp;
  readonly code: ProviderErrorCode;
  readonly remedy: string;
}

/** By the names and words AWS uses; the first that fits counts. */
const RULES: readonly Rule[] = [
  {
    name: /AccessDenied|Unauthorized|AuthFailure|UnrecognizedClient|Credential|Token|SignatureDoesNotMatch/,
    code: 'not-permitted',
    remedy: `Give the autoscaler AWS credentials that allow ${ACTIONS}`,
  },
  {
    name: /Throttl|RequestLimitExceeded|TooManyRequests/,
    code: 'throttled',
    remedy: 'It is tried again; if it goes on, ask AWS for a higher rate or use fewer groups in one account',
  },
  {
    name: /ScalingActivityInProgress|ResourceContention/,
    code: 'conflict',
    remedy: 'It is tried again once AWS is done with what it does to the group',
  },
  {
    name: /ValidationError/,
    message: /AutoScalingGroup name not found/i,
    code: 'group-not-found',
    remedy: 'Name an existing group, and its awsRegion, in the policy',
  },
  {
    name: /ValidationError/,
    message: /min size constraint|above max|below min/i,
    code: 'out-of-bounds',
    remedy: "Let the group's MinSize be 0 and its MaxSize no less than max of the region: the policy decides",
  },
  { name: /LimitExceeded|Quota/, code: 'no-room', remedy: 'Ask AWS for a higher quota' },
];

export function explainAwsError(error: unknown, what: string): ProviderError {
  const { name = '', $metadata } = error as AwsFailure;
  const message = sayingOf(error);
  const rule = RULES.find((each) => each.name.test(name) && (each.message?.test(message) ?? true));
  const failed = `${what} failed: ${message}`;
  if (rule) return new ProviderError(rule.code, failed, rule.remedy, error);
  if (($metadata?.httpStatusCode ?? 500) >= 500) {
    const remedy = 'It is tried again; look at the way to AWS, and at its status';
    return new ProviderError('unavailable', failed, remedy, error);
  }
  return new ProviderError('refused', failed, 'AWS says why; correct the group or the policy', error);
}

/** Without `$metadata` no answer came. */
interface AwsFailure {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}
