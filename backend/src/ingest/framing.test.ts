import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFramer, type FramingLimits } from './framing.ts';

const limits: FramingLimits = { lineBytesMax: 64, octetCountMax: 10_000 };

function frames(input: string | Buffer, with_: Partial<FramingLimits> = {}) {
  const framer = createFramer({ ...limits, ...with_ });
  const out = [...framer.push(Buffer.isBuffer(input) ? input : Buffer.from(input)), ...framer.flush()];
  return { texts: out.map((frame) => frame.toString('latin1')), out, counts: { ...framer.counts } };
}

const clean = { cut: 0, empty: 0, partial: 0, badCount: 0 };

describe('newline framing', () => {
  it('gives one frame per LF, without it', () => {
    expect(frames('<13>a b\n<14>c\n')).toMatchObject({ texts: ['<13>a b', '<14>c'], counts: clean });
  });
  it('takes CR LF for one trailer, and leaves a lone CR in the message', () => {
    expect(frames('a\r\nb\rc\n\rd\n')).toMatchObject({ texts: ['a', 'b\rc', '\rd'], counts: clean });
  });
  it('leaves NUL in the message: it never begins another', () => {
    expect(frames('a\0<38>forged\nb\0\n').texts).toEqual(['a\0<38>forged', 'b\0']);
  });
  it('counts empty lines and gives none', () => {
    expect(frames('\n\r\na\n\n')).toMatchObject({ texts: ['a'], counts: { ...clean, empty: 3 } });
  });
  it('gives what the sender did not finish at the end, and counts it', () => {
    expect(frames('a\nbc\r')).toMatchObject({ texts: ['a', 'bc\r'], counts: { ...clean, partial: 1 } });
  });
  it('keeps a message of exactly the limit whole, CR LF or not', () => {
    const line = 'x'.repeat(64);
    expect(frames(`${line}\n${line}\r\ny\n`)).toMatchObject({ texts: [line, line, 'y'], counts: clean });
  });
  it('cuts a longer one into pieces of the limit, loses no byte, and counts one cut', () => {
    const line = Array.from({ length: 150 }, (_, n) => String.fromCharCode(97 + (n % 26))).join('');
    const { texts, counts } = frames(`${line}\r\nz\n`);
    expect(texts.map((text) => text.length)).toEqual([64, 64, 22, 1]);
    expect(texts.slice(0, 3).join('')).toBe(line);
    expect(counts).toEqual({ ...clean, cut: 1 });
  });
  it('does not take the second piece of a long line for an octet count', () => {
    const line = `${'x'.repeat(64)}5 <13>1`;
    expect(frames(`${line}\nnext\n`).texts).toEqual(['x'.repeat(64), '5 <13>1', 'next']);
  });
});

describe('octet counting', () => {
  it('gives as many bytes as counted, newlines included', () => {
    expect(frames('10 <13>a\nb\nc\n10 <14>second').texts).toEqual(['<13>a\nb\nc\n', '<14>second']);
  });
  it('changes to newline framing and back on one connection, frame by frame', () => {
    expect(frames('9 <13>first<14>second\n8 <15>four<16>five\n')).toMatchObject({
      texts: ['<13>first', '<14>second', '<15>four', '<16>five'],
      counts: clean,
    });
  });
  it('passes over a newline that a sender puts behind the counted message', () => {
    expect(frames('9 <13>first\n9 <13>again\n')).toMatchObject({
      texts: ['<13>first', '<13>again'],
      counts: { ...clean, empty: 2 },
    });
  });
  it('counts bytes, not characters', () => {
    expect(frames(Buffer.from('6 <1>hé<2>b\n')).out.map((f) => f.toString('utf8'))).toEqual(['<1>hé', '<2>b']);
  });
  it('keeps the bytes of a count that is too small: the rest is a line', () => {
    expect(frames('4 <13>1 - - x\n').texts).toEqual(['<13>', '1 - - x']);
  });
  it('gives what came of a count that is too large, and counts it', () => {
    expect(frames('999 <13>1 - - x')).toMatchObject({ texts: ['<13>1 - - x'], counts: { ...clean, partial: 1 } });
  });
  it.each(['0 <13>x', '007 <13>xyz', '99999999999999999999 <13>x', '10001 <13>x'])(
    'does not believe the count of %j: the line is kept whole, and counted',
    (line) => {
      expect(frames(`${line}\n<14>y\n`)).toMatchObject({
        texts: [line, '<14>y'],
        counts: { ...clean, badCount: 1 },
      });
    }
  );
  it.each(['12 monkeys', '2026-11-21T08:50:00Z host app: x', '16<1>1', '5  <13>x', '0 ', '7'])(
    'takes %j for a line',
    (line) => {
      expect(frames(`${line}\n<14>y\n`)).toMatchObject({ texts: [line, '<14>y'], counts: clean });
    }
  );
  it('does not believe a count that swallows other messages and ends in the middle of one', () => {
    expect(frames('<13>a\n40 <13>forged\n<14>hidden one\n<14>hidden two, and longer\n<14>z\n')).toMatchObject({
      texts: ['<13>a', '40 <13>forged', '<14>hidden one', '<14>hidden two, and longer', '<14>z'],
      counts: { ...clean, badCount: 1 },
    });
  });
  it('does not believe a count that swallows others and never ends, or is beyond the limit', () => {
    for (const count of [60, 900]) {
      const { texts, counts } = frames(`${String(count)} <13>forged\n<14>hidden\n`);
      expect(texts).toEqual([`${String(count)} <13>forged`, '<14>hidden']);
      expect(counts).toEqual({ ...clean, badCount: 1 });
    }
  });
  it('believes a count around a forged line when a frame begins behind it, or nothing comes', () => {
    const forged = '<13>a\n<38>forged';
    for (const behind of ['', '\n', '<14>x\n', '5 <14>y']) {
      const { texts, counts } = frames(`${String(forged.length)} ${forged}${behind}`);
      expect(texts[0]).toBe(forged);
      expect(counts.badCount).toBe(0);
    }
  });
  it('cuts a message beyond the limit, and finds the next frame behind it', () => {
    const message = `<13>${'x'.repeat(126)}`;
    const { texts, counts } = frames(`${String(message.length)} ${message}9 <14>after`);
    expect(texts.map((text) => text.length)).toEqual([64, 64, 2, 9]);
    expect(texts.slice(0, 3).join('')).toBe(message);
    expect(counts).toEqual({ ...clean, cut: 1 });
  });
});

describe('a silence in the middle of a frame', () => {
  it('gives the first part, and the rest of the same message when it comes', () => {
    const framer = createFramer(limits);
    expect(framer.push(Buffer.from('12 <13>ab'))).toEqual([]);
    expect(framer.flush().map(String)).toEqual(['<13>ab']);
    expect(framer.push(Buffer.from('cdefgh<14>next\n')).map(String)).toEqual(['cdefgh', '<14>next']);
    expect(framer.counts.partial).toBe(1);
  });
  it('gives nothing when nothing is held', () => {
    const framer = createFramer(limits);
    framer.push(Buffer.from('<13>whole\n'));
    expect(framer.flush()).toEqual([]);
    expect(framer.counts).toEqual(clean);
  });
});

describe('chunks', () => {
  const piece = fc.oneof(
    fc.constantFrom('\n', '\r\n', '\r', '\0', ' ', '0', '7 <13>abc', '70 <13>', '999999 <1>', '12 ', '<13>'),
    fc.string({ maxLength: 90 }),
    fc.uint8Array({ maxLength: 90 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
  );
  const input = fc.array(piece, { maxLength: 40 }).map((parts) => Buffer.from(parts.join(''), 'latin1'));

  it('give the same frames wherever they end', () => {
    fc.assert(
      fc.property(input, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }), (bytes, sizes) => {
        const framer = createFramer(limits);
        const out: Buffer[] = [];
        for (let at = 0, n = 0; at < bytes.length; n += 1) {
          const size = sizes[n % sizes.length] ?? 1;
          out.push(...framer.push(bytes.subarray(at, at + size)));
          at += size;
          expect(framer.bufferedBytes()).toBeLessThanOrEqual(limits.lineBytesMax + 32);
        }
        out.push(...framer.flush());
        const whole = frames(bytes);
        expect(out.map((frame) => frame.toString('latin1'))).toEqual(whole.texts);
        expect(framer.counts).toEqual(whole.counts);
      }),
      { numRuns: 500 }
    );
  });
  it('lose no byte but framing: without counts and CR, frames joined by LF are the input', () => {
    const plain = fc
      .uint8Array({ maxLength: 400 })
      .map((bytes) =>
        Buffer.from(bytes).map((byte) => ((byte >= 0x30 && byte <= 0x39) || byte === 0x0d ? 0x41 : byte))
      );
    fc.assert(
      fc.property(plain, (bytes) => {
        const lines = Buffer.from(bytes)
          .toString('latin1')
          .split('\n')
          .filter((line) => line !== '');
        expect(frames(Buffer.from(bytes), { lineBytesMax: 1000 }).texts).toEqual(lines);
      })
    );
  });
});

const corpora = new URL('../../../../shared/data/', import.meta.url);
const present = existsSync(corpora);
if (!present && process.env['LOGLAKE_CORPORA'] === 'required') throw new Error(`no corpora at ${corpora.pathname}`);

describe.skipIf(!present)('the corpora (skipped where ../shared/data is absent)', () => {
  const read = (path: string): Buffer => readFileSync(new URL(path, corpora));
  const lines = (path: string): Record<string, unknown>[] =>
    read(path)
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const wide = { lineBytesMax: 200_000, octetCountMax: 200_000 };

  it('go-syslog: as many messages as its tolerant parser gives', () => {
    const cases = present ? lines('malformed/go-syslog/stream-framing.jsonl') : [];
    expect(cases.length).toBeGreaterThan(5);
    for (const { framing, descr, input, messages, best_effort_messages } of cases) {
      const bytes = Buffer.from(String(input).replaceAll('%[1]s', '\n'));
      const { texts } = frames(bytes, wide);
      // Where it gives up (a blank is missing; what lies behind a wrong count), we keep the rest as a line.
      const kept = bytes.length > 0 && (best_effort_messages === 0 || String(descr).includes('notdetectable')) ? 1 : 0;
      const expected = framing === 'octet-counting' ? Number(best_effort_messages) + kept : Number(messages);
      expect({ descr, count: texts.length }).toEqual({ descr, count: expected });
    }
  });
  it.each([
    ['malformed/telegraf-syslog/octet_counting_best_effort_tcp_1st_newline_ok', '<1>3 - - - - - - hello\nworld'],
    ['malformed/telegraf-syslog/octet_counting_best_effort_tcp_1st_utf8_ok', '<1>1 - - - - - - hellø'],
    ['malformed/telegraf-syslog/octet_counting_best_effort_tcp_1st_underflow_nok', '<1>2'],
    ['syslog-rfc/telegraf-syslog/octet_counting_strict_tcp_1st_min_ok', '<1>1 - - - - - -'],
  ])('telegraf: %s', (folder, message) => {
    expect(frames(read(`${folder}/input.txt`), wide).out.map((frame) => frame.toString('utf8'))).toEqual([message]);
  });
  it('every derived frame comes back as it is, octet-counted', () => {
    const all = present ? lines('malformed/derived/frames.jsonl') : [];
    expect(all.length).toBeGreaterThan(70);
    for (const { base64 } of all) {
      const message = Buffer.concat([Buffer.from('<13>'), Buffer.from(String(base64), 'base64')]);
      const { out, counts } = frames(Buffer.concat([Buffer.from(`${String(message.length)} `), message]), wide);
      expect(out).toEqual([message]);
      expect(counts).toEqual(clean);
    }
  });
  it('the derived stream: every frame without LF or octet count is found in it', () => {
    const { out } = frames(present ? read('malformed/derived/stream.bin') : '', wide);
    const found = new Set(out.map((frame) => frame.toString('latin1')));
    const missing = (present ? lines('malformed/derived/frames.jsonl') : []).filter(({ kind, base64 }) => {
      const bytes = Buffer.from(String(base64), 'base64');
      const special = bytes.length === 0 || bytes.includes(0x0a) || String(kind).startsWith('octet');
      return !special && !found.has(bytes.toString('latin1'));
    });
    expect(missing.map(({ kind }) => kind)).toEqual([]);
  });
});
