import { describe, expect, it } from '@jest/globals';
import { iceServersRequestSchema, problemSchema, PROBLEMS, type ProblemCode } from '@spillway/contracts';
import { invalidField, ProblemError } from './problem-error.js';

const codes = Object.keys(PROBLEMS) as ProblemCode[];

function refusalOf(request: unknown): ProblemError {
  const parsed = iceServersRequestSchema.safeParse(request);
  if (parsed.success) throw new Error('the request is good');
  return invalidField(parsed.error);
}

describe('ProblemError', () => {
  it.each(codes)('%s is a problem document with its status and a title of its own', (code) => {
    const problem = new ProblemError(code, 'why', 'a.b', 3).toProblem();
    expect(problemSchema.parse(problem)).toEqual(problem);
    expect(problem).toMatchObject({ status: PROBLEMS[code], code, detail: 'why', field: 'a.b' });
    expect(codes.filter((other) => new ProblemError(other, '').toProblem().title === problem.title)).toEqual([
      code,
    ]);
  });

  it('has no field where none is at fault', () => {
    expect(new ProblemError('wrong-key', 'no').toProblem()).not.toHaveProperty('field');
  });
});

describe('invalidField', () => {
  it.each([
    [{ ttlSeconds: '600' }, 'ttlSeconds'],
    [{ count: 4 }, 'count'],
    [{ clientIp: '192.0.2.256' }, 'clientIp'],
    [{ region: { require: ['us-east-1', 'a b'] } }, 'region.require.1'],
    [{ region: { prefer: '' } }, 'region.prefer'],
    [{ region: 'us-east-1' }, 'region'],
    [{ transports: ['udp', 'sctp'] }, 'transports.1'],
    [{ colour: 'red' }, 'colour'],
    [{ region: { near: 'us-east-1' } }, 'region.near'],
  ])('names the field at fault in %j', (request, field) => {
    const refusal = refusalOf(request);
    expect(refusal).toMatchObject({ code: 'invalid-field', status: 400, field });
    expect(refusal.message).toMatch(new RegExp(`^${field}: .{3,}`));
  });

  it.each([[null], [[]], ['text'], [7], [true]])('says of %j that it is no object', (request) => {
    expect(refusalOf(request)).toMatchObject({ code: 'malformed-request' });
  });

  it('says of an unknown field that it is none', () => {
    expect(refusalOf({ colour: 'red' }).message).toBe('colour: is not a field of this request');
  });

  it('does not send back more of the name of a field than a person needs', () => {
    const refusal = refusalOf({ ['x'.repeat(10_000)]: 1 });
    expect(refusal.field).toHaveLength(128);
    expect(refusal.message.length).toBeLessThan(200);
  });
});
