import { expect, it } from 'vitest';
import { scenarioRunStates, type Verdict } from '@loglake/contract/scenario';
import { controlsOf, lookOfRun, percentOf, verdictText } from './run-state.ts';

const entry = {
  rule: 'r',
  title: 'R',
  group: {},
  fired: true,
  findingId: 'f',
  latencyMs: 10,
  withinMs: 100,
  onTime: true,
};
const passed: Verdict = { passed: true, expected: [entry], unexpected: [] };
const failed: Verdict = {
  passed: false,
  expected: [
    entry,
    { ...entry, onTime: false },
    { ...entry, fired: false, findingId: null, latencyMs: null, onTime: false },
  ],
  unexpected: [{ findingId: 'g', rule: 'x', title: 'X', group: {} }],
};

it('shows a verdict only for a run that finished', () => {
  expect(lookOfRun({ state: 'finished', verdict: passed }).text).toBe('Passed');
  expect(lookOfRun({ state: 'finished', verdict: failed }).text).toBe('Failed');
  expect(lookOfRun({ state: 'finished', verdict: null }).text).toBe('Finished');
  expect(lookOfRun({ state: 'removed', verdict: passed }).text).toBe('Removed');
  expect(lookOfRun({ state: 'settling', verdict: null }).text).toBe('Waiting for findings');
});

it('offers pause and resume never at once, and removal only when nothing plays', () => {
  for (const state of scenarioRunStates) {
    const { pause, resume, stop, remove } = controlsOf(state);
    expect(pause && resume).toBe(false);
    expect(stop && remove).toBe(false);
  }
  expect(controlsOf('paused')).toEqual({ pause: false, resume: true, stop: true, speed: true, remove: false });
  expect(controlsOf('settling')).toMatchObject({ speed: false, stop: true });
  expect(controlsOf('removed').remove).toBe(false);
});

it('is not complete before the last line is sent', () => {
  expect(percentOf({ sent: 999, total: 1000 })).toBe(99);
  expect(percentOf({ sent: 1000, total: 1000 })).toBe(100);
  expect(percentOf({ sent: 0, total: 0 })).toBe(0);
});

it('says how many fired in time, too late, and what nobody expected', () => {
  expect(verdictText(passed)).toBe('1 of 1 expected finding fired in time. Nothing unexpected.');
  expect(verdictText(failed)).toBe('1 of 3 expected findings fired in time. 1 fired too late. 1 unexpected finding.');
});
