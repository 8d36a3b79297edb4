import { amountLengthMax, amountWholeDigitsMax } from '../parse/amount.ts';

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
  const short = `ifNull(if(length(${text}) <= ${amountLengthMax}, ${text}, ''), '')`;
  const part = (number: number): string => `extractGroups(${short}, '${parts}')[${number}]`;
  const kept = `greatest(length(${part(2)}) + toInt32OrZero(${part(4)}) + ${decimals}, 0)`;
  const padded = `rightPad(substring(concat(${part(2)}, ${part(3)}), 1, ${kept}), ${kept}, '0')`;
  const digits = `replaceRegexpOne(${padded}, '^0+', '')`;
  const signed = `concat(if(${part(1)} = '-', '-', ''), if(${digits} = '', '0', ${digits}))`;
  const fits = `match(${short}, '${readable}') AND length(${digits}) <= ${amountWholeDigitsMax + decimals}`;
  const quick = `toInt256(toDecimal256OrNull(${short}, ${decimals}) * toDecimal256('1${'0'.repeat(decimals)}', 0))`;
  return `multiIf(match(${short}, '${plain}'), ${quick}, ${fits}, toInt256OrNull(${signed}), NULL)`;
}
