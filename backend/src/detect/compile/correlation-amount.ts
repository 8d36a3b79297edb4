import { amountLengthMax, amountWholeDigitsMax } from '../parse/amount.ts';
import { withNamed } from './named-sql.ts';

/** As amountOf in parse/amount.ts: digits after the point that are kept. */
const decimals = 9;
const readable = '^[+-]?(?:[0-9]+(?:[.][0-9]+)?|[.][0-9]+)(?:[eE][+-]?[0-9]{1,2})?$';
/** Plain texts, which are nearly all: read about ten times faster. */
const plain = '^-?[0-9]{1,18}(?:[.][0-9]{1,9})?$';
const parts = '^([+-]?)([0-9]*)[.]?([0-9]*)(?:[eE][+]?(-?[0-9]{1,2}))?$';

/**
 * The billionths that a text says as Nullable(Int256), NULL when it says no number: amountOf in parse/amount.ts, which
 * tests hold it equal to. `text` is SQL of a Nullable(String).
 */
export function amountSql(text: string): string {
  const kept = { name: 'kept', sql: `greatest(length(part[2]) + toInt32OrZero(part[4]) + ${decimals}, 0)` };
  const padded = "rightPad(substring(concat(part[2], part[3]), 1, kept), kept, '0')";
  const digits = { name: 'digits', sql: withNamed([kept], `replaceRegexpOne(${padded}, '^0+', '')`) };
  const signed = "concat(if(part[1] = '-', '-', ''), if(digits = '', '0', digits))";
  const fitting = `if(length(digits) <= ${amountWholeDigitsMax + decimals}, toInt256OrNull(${signed}), NULL)`;
  const part = { name: 'part', sql: `extractGroups(short, '${parts}')` };
  const slow = withNamed([part], withNamed([digits], fitting));
  const quick = `toInt256(toDecimal256OrNull(short, ${decimals}) * toDecimal256('1${'0'.repeat(decimals)}', 0))`;
  const short = { name: 'short', sql: `ifNull(if(length(${text}) <= ${amountLengthMax}, ${text}, ''), '')` };
  return withNamed([short], `multiIf(match(short, '${plain}'), ${quick}, match(short, '${readable}'), ${slow}, NULL)`);
}
