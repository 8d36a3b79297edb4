import { describeGolden, item, type GoldenCase } from './golden-fixture.ts';

const at = (text: string): { columns: { ts: string } } => ({ columns: { ts: text } });

/** Numbers, addresses and times. */
// prettier-ignore
const cases: readonly GoldenCase[] = [
  ['gt over floats', item('f|gt: 0.5'), [[{ f: '0.51' }, true], [{ f: '.6' }, true], [{ f: '0.5' }, false], [{ f: '0,6' }, false]]],
  ['gte and lte hold at the border', item('{f|gte: 10, f|lte: 10.0}'), [[{ f: '10' }, true], [{ f: '1e1' }, true], [{ f: '10.00' }, true], [{ f: '9.999' }, false], [{ f: '10.001' }, false]]],
  ['lt over negatives', item('f|lt: -1.5'), [[{ f: '-2' }, true], [{ f: '-1.5' }, false], [{ f: '-1' }, false], [{ f: '\u22122' }, false]]],
  ['exponents in the rule', item('f|gt: 1.5e3'), [[{ f: '1501' }, true], [{ f: '1.6E+3' }, true], [{ f: '1500' }, false]]],
  ['numbers are compared as numbers, not as texts', item('f|lt: 9'), [[{ f: '10' }, false], [{ f: '08' }, true], [{ f: '8' }, true]]],
  ['what is no number is no match', item('f|lt: 100'), [[{ f: '5' }, true], [{ f: '' }, false], [{ f: ' 5' }, false], [{ f: '5x' }, false], [{ f: '0x5' }, false], [{ f: '1_0' }, false], [{ f: 'nan' }, false], [{ f: '-inf' }, false], [{ f: null }, false], [{}, false]]],
  ['but not over it is one', '  s: {f|lt: 100}\n  condition: not s', [[{ f: 'x' }, true], [{}, true], [{ f: '100' }, true], [{ f: '5' }, false]]],
  ['a list of limits is OR', item('f|gt: [100, 10]'), [[{ f: '50' }, true], [{ f: '5' }, false]]],
  ['with all it is AND', item('f|gt|all: [100, 10]'), [[{ f: '500' }, true], [{ f: '50' }, false]]],
  ['gt with neq', item('f|gt|neq: 10'), [[{ f: '10' }, true], [{ f: 'x' }, true], [{}, true], [{ f: '11' }, false]]],
  ['comparison of a number column', item('severity|lte: 3'), [[{ columns: { severity: 3 } }, true], [{ columns: { severity: 4 } }, false], [{ columns: { severity: null } }, false]]],
  ['large numbers', item('f|gte: 9007199254740993'), [[{ f: '9007199254740992' }, true], [{ f: '9007199254740990' }, false]]],
  ['equality with a number is equality of texts', item('f: 1.0'), [[{ f: '1.0' }, true], [{ f: '1' }, false], [{ f: '1.00' }, false]]],
  ['booleans are texts', item('f: true'), [[{ f: 'True' }, true], [{ f: '1' }, false]]],
  ['cidr v6, shortened and mapped', item("f|cidr: ['2001:db8:0:1::/64', '::ffff:198.51.100.0/120']"), [[{ f: '2001:0DB8::1:0:0:0:9' }, true], [{ f: '::ffff:198.51.100.7' }, true], [{ f: '2001:db8:0:2::1' }, false], [{ f: '198.51.101.7' }, false]]],
  ['cidr v6 of one address', item("f|cidr: '2001:db8::1'"), [[{ f: '2001:db8:0:0:0:0:0:1' }, true], [{ f: '2001:db8::2' }, false], [{ f: '2001:db8::1/128' }, false]]],
  ['cidr with all', item('f|cidr|all: [192.0.2.0/24, 192.0.2.128/25]'), [[{ f: '192.0.2.200' }, true], [{ f: '192.0.2.5' }, false]]],
  ['cidr of an address column', item('src_ip|cidr: 198.51.100.0/25'), [[{ columns: { src_ip: '198.51.100.127' } }, true], [{ columns: { src_ip: '198.51.100.128' } }, false], [{ columns: { src_ip: 'x' } }, false]]],
  ['hour', item('f|hour: 3'), [[{ f: '2026-11-21T03:59:59Z' }, true], [{ f: '2026-11-21 03:00:00.123' }, true], [{ f: '2026-11-21T04:00:00Z' }, false], [{ f: '3' }, false], [{}, false]]],
  ['hour in UTC, whatever the zone', item('f|hour: 3'), [[{ f: '2026-11-21T05:30:00+02:00' }, true], [{ f: '2026-11-20T22:15:00-0500' }, true], [{ f: '2026-11-21T03:30:00+02:00' }, false]]],
  ['hour from a list', item('f|hour: [22, 23, 0]'), [[{ f: '2026-11-21T23:59:59Z' }, true], [{ f: '2026-11-21T00:00:00Z' }, true], [{ f: '2026-11-21T01:00:00Z' }, false]]],
  ['hour|gt and hour|lte', item('{f|hour|gt: 17, f|hour|lte: 20}'), [[{ f: '2026-11-21T18:00:00Z' }, true], [{ f: '2026-11-21T20:59:00Z' }, true], [{ f: '2026-11-21T17:59:00Z' }, false], [{ f: '2026-11-21T21:00:00Z' }, false]]],
  ['minute|gte', item('f|minute|gte: 30'), [[{ f: '2026-11-21T08:30:00Z' }, true], [{ f: '2026-11-21T08:00:00+05:45' }, false], [{ f: '2026-11-21T08:29:59Z' }, false]]],
  ['day and month', item('{f|day: 1, f|month: 3}'), [[{ f: '2026-02-28T23:30:00-01:00' }, true], [{ f: '2026-03-01T00:30:00+01:00' }, false], [{ f: '2026-01-03T00:00:00Z' }, false]]],
  ['week is ISO', item('f|week: 53'), [[{ f: '2027-01-03T23:59:59Z' }, true], [{ f: '2026-12-28T00:00:00Z' }, true], [{ f: '2027-01-04T00:00:00Z' }, false]]],
  ['year|lt', item('f|year|lt: 2000'), [[{ f: '1999-12-31T23:59:59Z' }, true], [{ f: '2000-01-01T00:00:00Z' }, false], [{ f: '0' }, false]]],
  ['epoch seconds, with a fraction, and milliseconds', item('f|hour: 22'), [[{ f: '1700000000' }, true], [{ f: '1700000000.999' }, true], [{ f: '1700000000123' }, true], [{ f: '1700006800' }, false], [{ f: '17000000001' }, false]]],
  ['not over a part of a time', '  s: {f|hour: 3}\n  condition: not s', [[{}, true], [{ f: 'x' }, true], [{ f: '2026-11-21T03:00:00Z' }, false]]],
  ['a part of a time with neq', item('f|hour|neq: [3, 4]'), [[{ f: '2026-11-21T05:00:00Z' }, true], [{ f: 'x' }, true], [{ f: '2026-11-21T04:00:00Z' }, false]]],
  ['a day that there is not says no time', item('f|month|lte: 12'), [[{ f: '2024-02-29T00:00:00Z' }, true], [{ f: '2026-02-29T00:00:00Z' }, false], [{ f: '2026-11-21T24:00:00Z' }, false], [{ f: '2026-11-21T23:59:60Z' }, false]]],
  ["the event's own time", item('ts|hour|gte: 20'), [[at('2026-11-21T20:00:00.000Z'), true], [at('2026-11-21T19:59:59.999Z'), false]]],
  ["the event's own time as text", item("ts|startswith: '2026-11-21T19'"), [[at('2026-11-21T19:59:59.999Z'), true], [at('2026-11-22T19:00:00.000Z'), false]]],
];

describeGolden('numbers, addresses and times: evaluator and SQL agree with Sigma', cases);
