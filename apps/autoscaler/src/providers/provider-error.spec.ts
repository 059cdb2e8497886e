import { describe, expect, it } from '@jest/globals';
import { explainAwsError } from './aws-asg/explain.js';
import { explainDockerError } from './docker/explain.js';
import { explainKubernetesError } from './kubernetes/explain.js';
import { ProviderError } from './provider-error.js';
import { namesOf, sayingOf } from './tell.js';
import { refusalOf, unreachableError } from './webhook/explain.js';

/** As the contract bounds the error of a plan. */
const MOST = 512;
const TOKEN = 'IQoJb3JpZ2luX2VjEHoaCXVzLWVhc3QtMSJHMEUCIQ';

/** As AWS words it, with the whole request that it did not find signed as it should be. */
const badSignature = Object.assign(
  new Error(
    'The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for ' +
      `this request should have been\n'POST\n/\n\nhost:autoscaling.example.com\nx-amz-security-token:${TOKEN}\n` +
      `x-amz-date:20261122T100000Z\n'${'\nand so on'.repeat(500)}`,
  ),
  { name: 'SignatureDoesNotMatch', $metadata: { httpStatusCode: 403 } },
);

const refused = (message: string) =>
  Object.assign(new Error(message), { code: 'ECONNREFUSED', address: '10.20.30.40' });

describe('what a provider says, for all to read', () => {
  it.each<[string, ProviderError, RegExp]>([
    [
      'AWS',
      explainAwsError(badSignature, 'growing eu'),
      /^growing eu failed: The request signature .*AWS credentials/,
    ],
    [
      'Docker',
      explainDockerError(
        {
          statusCode: 400,
          json: { message: 'invalid environment variable:\n MASTER_SECRET=0123456789abcdef' },
        },
        'growing eu',
      ),
      /^growing eu failed: invalid environment variable: MASTER_\[left out\]\. Correct/,
    ],
    [
      'Kubernetes',
      explainKubernetesError(
        refused(`request to https://10.20.30.40:6443/apis/apps failed, token: ${TOKEN}`),
        'growing eu',
      ),
      /^growing eu failed: request to https:\/\/\[left out\]\/apis\/apps failed, \[left out\]\. Look/,
    ],
    [
      'a webhook',
      unreachableError(
        'https://bob:pw@hooks.example.com/T0/key?token=x',
        new TypeError('fetch failed', { cause: refused('connect ECONNREFUSED 10.20.30.40:443') }),
      ),
      /^https:\/\/hooks\.example\.com does not answer: connect ECONNREFUSED \[left out\]\. It is/,
    ],
    [
      'a whole page',
      explainAwsError(new Error(`<html>${'<br>\r\n'.repeat(100_000)}`), 'growing eu'),
      /<html>.*It is/,
    ],
  ])('%s: one short line without secrets and addresses, with what to do', (_, { message }, text) => {
    expect(message).toMatch(text);
    expect(message).not.toMatch(/[\r\n]|10\.20\.30\.40|IQoJ|0123456789abcdef|T0\/key|pw|\.\. /);
    expect(message.length).toBeLessThanOrEqual(MOST);
  });

  it('names a few instances of many, so that the reason is not lost behind them', () => {
    const ids = Array.from({ length: 1000 }, (_, n) => `i-${n}`);
    expect(namesOf(ids)).toBe('i-0, i-1, i-2 and 997 more');
    expect(namesOf(ids.slice(0, 3))).toBe('i-0, i-1, i-2');
  });

  it.each([
    ['an error for several addresses, which has no message', new AggregateError([], ''), 'AggregateError'],
    [
      'the same with a code',
      Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }),
      'ECONNREFUSED',
    ],
    ['what is no error', 'no', 'no'],
    ['nothing', undefined, 'undefined'],
  ])('says something of %s', (_, error, said) => {
    expect(sayingOf(error)).toBe(said);
  });
});

describe('what a provider says, in the autoscaler’s own log', () => {
  it('has the addresses, and no secret there either', () => {
    const failure = refused(`connect ECONNREFUSED 10.20.30.40:2375, password=hunter2`);
    const text = String(explainDockerError(failure, 'growing eu'));
    expect(text).toContain('10.20.30.40:2375');
    expect(text).not.toContain('hunter2');
    const refusal = String(
      refusalOf(500, `quota of team media\nis used up, token=${TOKEN}`, 'http://127.0.0.1:1/x'),
    );
    expect(refusal).toContain('quota of team media is used up, [left out]');
  });

  it('is not said twice', () => {
    expect(String(new ProviderError('no-room', 'The quota is used up.', 'Ask for more'))).toBe(
      'ProviderError: The quota is used up. Ask for more',
    );
  });
});
