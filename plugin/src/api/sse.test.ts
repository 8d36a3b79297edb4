import { expect, it } from 'vitest';
import { createSseParser } from './sse.ts';

const text = ': hi\nid: a-1\nevent: finding\ndata: {"x":\ndata: 1}\n\nid: a-2\r\ndata: two\r\n\r\n';
const events = [
  { event: 'finding', data: '{"x":\n1}', id: 'a-1' },
  { event: 'message', data: 'two', id: 'a-2' },
];

it('reads events, joins data lines, skips comments, accepts CRLF', () => {
  expect(createSseParser().push(text)).toEqual(events);
});

it('reads the same wherever the stream is cut', () => {
  for (let cut = 1; cut < text.length; cut += 1) {
    const parser = createSseParser();
    expect([...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))], `cut at ${cut}`).toEqual(events);
  }
});

it('gives nothing for an event that is not complete, and nothing for one without data', () => {
  expect(createSseParser().push('event: finding\ndata: {}')).toEqual([]);
  expect(createSseParser().push('event: finding\n\n')).toEqual([]);
});

it('refuses an endless line', () => {
  expect(() => createSseParser().push('data: ' + 'x'.repeat(1_000_001))).toThrow(RangeError);
});
