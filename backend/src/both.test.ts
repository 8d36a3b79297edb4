import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { both } from './both.ts';

test('gives both values', async () => {
  expect(await both(Promise.resolve(1), Promise.resolve('b'))).toEqual([1, 'b']);
});

test('waits for the other before it throws, and throws the first error', async () => {
  const ended: string[] = [];
  const slow = sleep(20).then(() => ended.push('slow'));
  await expect(both(Promise.reject(new Error('quick')), slow)).rejects.toThrow('quick');
  expect(ended).toEqual(['slow']);
  await expect(both(slow, Promise.reject(new Error('second')))).rejects.toThrow('second');
});
