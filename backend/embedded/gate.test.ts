import { expect, test } from 'vitest';
import { createGate } from './gate.ts';

const never = new AbortController().signal;

test('those behind the limit wait, in order, and each that leaves lets one in', async () => {
  const gate = createGate(1, 10);
  const leave = await gate.enter(never);
  const order: number[] = [];
  const waiting = [1, 2].map(async (number) => {
    const leaveThen = await gate.enter(never);
    order.push(number);
    leaveThen();
  });
  await Promise.resolve();
  expect(order).toEqual([]);
  leave();
  await Promise.all(waiting);
  expect(order).toEqual([1, 2]);
});

test('more than may wait are refused with code 202', async () => {
  const gate = createGate(1, 1);
  await gate.enter(never);
  void gate.enter(never);
  await expect(gate.enter(never)).rejects.toMatchObject({ code: 202, status: 503 });
});

test('who gave up while waiting passes the place on', async () => {
  const gate = createGate(1, 10);
  const leave = await gate.enter(never);
  const controller = new AbortController();
  const gaveUp = gate.enter(controller.signal);
  const patient = gate.enter(never);
  controller.abort();
  leave();
  await expect(gaveUp).rejects.toMatchObject({ code: 394 });
  await expect(patient).resolves.toBeTypeOf('function');
});

test('a shut gate lets in nobody, not even those who wait', async () => {
  const gate = createGate(1, 10);
  const leave = await gate.enter(never);
  const waiting = gate.enter(never);
  gate.shut();
  leave();
  await expect(waiting).rejects.toMatchObject({ code: 394 });
  await expect(gate.enter(never)).rejects.toMatchObject({ code: 394 });
});
