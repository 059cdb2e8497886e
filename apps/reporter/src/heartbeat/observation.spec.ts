import { describe, expect, it } from '@jest/globals';
import { decideEcho, decideState } from './observation.js';

const healthy = {
  isStopping: false,
  drain: undefined,
  isSettled: true,
  isAnswering: true,
  isFinishing: false,
};
const inForce = { isOver: false };
const over = { isOver: true };

describe('decideState', () => {
  it.each([
    ['serving', 'a node that answers and knows its orders', {}],
    ['starting', 'a relay that does not answer', { isAnswering: false }],
    ['starting', 'a node that does not know its orders', { isSettled: false }],
    ['starting', 'a relay that takes nobody any more', { isFinishing: true }],
    ['draining', 'a drain', { drain: inForce }],
    ['draining', 'a drain of a relay that does not answer', { drain: inForce, isAnswering: false }],
    ['draining', 'a drain whose command is not read yet', { drain: inForce, isSettled: false }],
    ['draining', 'a reporter that stops in the middle of a drain', { drain: inForce, isStopping: true }],
    ['stopped', 'a drain that is over', { drain: over }],
    ['stopped', 'a drain that is over, of a relay that does not answer', { drain: over, isAnswering: false }],
    ['stopped', 'a reporter that stops', { isStopping: true }],
    ['stopped', 'a reporter that stops beside a silent relay', { isStopping: true, isAnswering: false }],
  ])('says %s of %s', (state, _, situation) => {
    expect(decideState({ ...healthy, ...situation })).toBe(state);
  });
});

describe('decideEcho', () => {
  it.each([
    ['names the command', 'c-1', {}],
    ['names the drain that is over', 'c-1', { drain: over }],
    ['names the drain it leaves unfinished', 'c-1', { drain: inForce, isStopping: true }],
    ['names none where stopped would say that a drain is over', null, { isStopping: true }],
  ])('%s', (_, echo, situation) => {
    expect(decideEcho({ ...healthy, ...situation }, 'c-1')).toBe(echo);
  });
});
