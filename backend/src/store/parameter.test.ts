import { expect, test } from 'vitest';
import { bindTimes } from './parameter.ts';

test('a time for a DateTime64 parameter becomes seconds with its own digits', () => {
  const sql = `SELECT {a:DateTime64(3, 'UTC')}, { b : Nullable(DateTime64(6)) }, {c:DateTime}`;
  expect(
    bindTimes(sql, { a: '2026-11-21T08:50:00.123Z', b: '2026-11-21T08:50:00.000001Z', c: '1970-01-01T00:00:01Z' })
  ).toEqual({
    a: '1795251000.123',
    b: '1795251000.000001',
    c: '0000000001',
  });
});

test('the same text for a String parameter, and any other text, stays as it is', () => {
  const time = '2026-11-21T08:50:00.123Z';
  expect(bindTimes('SELECT {a:String}, {b:DateTime64(3)}', { a: time, b: 'yesterday' })).toEqual({
    a: time,
    b: 'yesterday',
  });
  expect(bindTimes('SELECT {ab:DateTime64(3)}', { a: time, ab: null })).toEqual({ a: time, ab: null });
  expect(bindTimes('SELECT {a:DateTime64(3)}', { a: '2026-13-45T08:50:00Z' })).toEqual({ a: '2026-13-45T08:50:00Z' });
});
