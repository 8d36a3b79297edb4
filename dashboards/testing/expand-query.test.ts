import { describe, expect, it } from 'vitest';
import { expandQuery, ExpansionError, type QueryScope } from './expand-query.ts';

const scope: QueryScope = {
  fromMs: 1_790_000_000_123,
  toMs: 1_790_003_600_999,
  intervalMs: 20_000,
  variables: { host: ['web-1', "o'brien"], everything: { all: ['a', 'b'] }, switch: 'true', none: '' },
};

describe('expandQuery writes what the data source sends', () => {
  it.each([
    ['$__timeFilter(ts)', 'ts >= toDateTime(1790000000) AND ts <= toDateTime(1790003600)'],
    [
      '$__timeFilter_ms(ts)',
      'ts >= fromUnixTimestamp64Milli(1790000000123) AND ts <= fromUnixTimestamp64Milli(1790003600999)',
    ],
    ['$__timeInterval(coalesce(a, b))', 'toStartOfInterval(toDateTime(coalesce(a, b)), INTERVAL 20 second)'],
    ['$__timeInterval_ms(ts)', 'toStartOfInterval(toDateTime64(ts, 3), INTERVAL 20000 millisecond)'],
    ['count() / $__interval_s', 'count() / 20'],
    ['x > $__fromTime AND x < $__toTime', 'x > toDateTime(1790000000) AND x < toDateTime(1790003600)'],
    ['$__fromTime_ms', 'fromUnixTimestamp64Milli(1790000000123)'],
  ])('%s', (sql, expected) => {
    expect(expandQuery(sql, scope)).toBe(expected);
  });

  it('quotes every value of a multi-value variable and escapes quotes in them', () => {
    expect(expandQuery('host IN (${host:singlequote})', scope)).toBe(`host IN ('web-1','o\\'brien')`);
  });

  it('writes a variable without a format as it is', () => {
    expect(expandQuery("'${switch}' = '$switch'", scope)).toBe("'true' = 'true'");
  });

  it('keeps the condition when values are chosen and drops it for all or none', () => {
    const sql = (name: string) => `$__conditionalAll(hasAny(hosts, [\${${name}:singlequote}]), $${name})`;
    expect(expandQuery(sql('host'), scope)).toBe(`hasAny(hosts, ['web-1','o\\'brien'])`);
    expect(expandQuery(sql('everything'), scope)).toBe('1=1');
    expect(expandQuery(sql('none'), scope)).toBe('1=1');
  });

  it('never makes an interval shorter than a second', () => {
    expect(expandQuery('$__interval_s', { ...scope, intervalMs: 50 })).toBe('1');
  });
});

describe('expandQuery refuses what the data source could not expand', () => {
  it.each([
    ['an unknown macro', '$__timeGroup(ts)'],
    ['an unknown variable', '${nobody}'],
    ['an unknown format', '${host:nonsense}'],
    ['a macro with too many arguments', '$__timeFilter(a, b)'],
    ['a macro without its argument', '$__timeFilter()'],
    ['an open parenthesis', '$__timeFilter(ts'],
    ['a format in the second argument of $__conditionalAll', '$__conditionalAll(1 = 1, ${host:singlequote})'],
  ])('%s', (_name, sql) => {
    expect(() => expandQuery(sql, scope)).toThrow(ExpansionError);
  });
});
