import { describe, expect, it } from 'vitest';
import type { LedgerGap, LedgerStatus } from '@loglake/contract/source';
import { filledPercent, gapText, readText } from './reading-text.ts';

const status: LedgerStatus = {
  writer: 'home-1',
  isWriter: true,
  lagSeconds: 12.2,
  waitingRows: '0',
  lastError: '',
  gaps: [],
  rules: [],
};
const gap: LedgerGap = {
  cause: 'store_unavailable',
  rows: '400',
  ofRows: '1000',
  since: '2026-11-21T14:02:00.000Z',
  until: '2026-11-21T14:05:00.000Z',
  detail: '',
  nextTryAt: null,
};
const time = (at: string): string => at.slice(11, 16);

describe('how far was read', () => {
  it('is one sentence, whoever reads', () => {
    expect(readText(status)).toBe('Everything that arrived up to 12 s ago has been read.');
    expect(readText({ ...status, lagSeconds: 0.3 })).toBe('Everything that has arrived has been read.');
    expect(readText({ ...status, waitingRows: '1200' })).toContain('; about 1\u202f200 rows wait.');
    expect(readText({ ...status, lagSeconds: null })).toBe(
      'Another service reads what arrives (home-1); this one takes over when that ends.'
    );
    expect(readText({ ...status, lagSeconds: null, writer: '' })).toContain('knows of no other');
  });
});

describe('a gap', () => {
  it('says when, why, how much, and how far it is filled', () => {
    expect(gapText(gap, time)).toBe(
      'Not read: 14:02 to 14:05, the store was away; about 400 rows, being filled, 60 %.'
    );
    expect(gapText({ ...gap, cause: 'service_down', since: null }, time)).toContain(
      'before 14:05, no service was reading'
    );
    expect(gapText({ ...gap, cause: 'backlog', since: null, until: null, ofRows: null }, time)).toBe(
      'Not read: more arrives than is read; about 400 rows, being read in turn.'
    );
    const failed = { ...gap, cause: 'range_failed' as const, until: null, ofRows: null, detail: 'no memory', nextTryAt: '2026-11-21T14:09:00.000Z' }; // prettier-ignore
    expect(gapText(failed, time)).toBe(
      'Not read: since 14:02, reading failed (no memory); about 400 rows, tried again at 14:09.'
    );
  });

  it('is never filled before it is gone', () => {
    expect(filledPercent({ ...gap, rows: '1' })).toBe(99);
    expect(filledPercent({ ...gap, rows: '2000' })).toBe(0);
    expect(filledPercent({ ...gap, ofRows: '0' })).toBeNull();
  });
});
