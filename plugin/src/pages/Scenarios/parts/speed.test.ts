import { expect, it } from 'vitest';
import { parsePlayInput, parseSpeed, playedMs, speedText } from './speed.ts';

it.each([
  ['0.1', 0.1],
  ['1', 1],
  [' 10 ', 10],
  ['100', 100],
  ['1e1', 10],
])('reads %j as a speed', (text, speed) => {
  expect(parseSpeed(text)).toBe(speed);
});

it.each(['', ' ', '0', '0.09', '100.1', '-1', 'NaN', 'Infinity', 'fast', '1x', '1,5'])(
  'refuses %j as a speed',
  (text) => {
    expect(parseSpeed(text)).toBeNull();
  }
);

it('gives a request that the contract accepts', () => {
  expect(parsePlayInput('50', '7')).toEqual({ kind: 'valid', request: { speed: 50, seed: 7 } });
  expect(parsePlayInput('0.1', '2147483648')).toEqual({ kind: 'valid', request: { speed: 0.1, seed: 2 ** 31 } });
});

it('says what is wrong with both fields at once, and nothing of the one that is right', () => {
  expect(parsePlayInput('', '1.5')).toEqual({
    kind: 'invalid',
    speed: 'A number from 0.1 to 100',
    seed: 'A whole number from 0 to 2147483648',
  });
  expect(parsePlayInput('1', '-1')).toMatchObject({ kind: 'invalid', speed: undefined });
  expect(parsePlayInput('101', '0')).toMatchObject({ kind: 'invalid', seed: undefined });
});

it('writes speeds without noise, and how long a playbook takes at one', () => {
  expect(speedText(10)).toBe('10×');
  expect(speedText(0.1 + 0.2)).toBe('0.3×');
  expect(playedMs(120_000, 50)).toBe(2400);
});
