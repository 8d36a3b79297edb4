/** Decimal texts as evaluate.ts `numberOf` reads them, kept exact. */
const decimal = /^([+-]?)(?:(\d+)(?:\.(\d+))?|\.(\d+))(?:[eE]([+-]?\d{1,2}))?$/;

/** Digits after the point that are kept. */
const amountDecimals = 9;
/** Longest text, and most digits before the point: sums of any number of events stay below 256 bits. */
export const amountLengthMax = 300;
export const amountWholeDigitsMax = 40;

/**
 * The number that a text says, in billionths: digits after the ninth are cut off. Undefined when it says none, or one
 * of 10^40 and more. Whole numbers, so that a sum does not depend on its order; SQL: compile/correlation-amount.ts.
 */
export function amountOf(text: string): bigint | undefined {
  const found = text.length <= amountLengthMax ? decimal.exec(text) : null;
  if (found === null) return undefined;
  const [, sign = '', whole = '', fraction = '', bare = '', exponent = '0'] = found;
  const digits = whole + fraction + bare;
  const kept = Math.max(0, whole.length + Number(exponent) + amountDecimals);
  const amount = digits.slice(0, kept).padEnd(kept, '0').replace(/^0+/, '');
  if (amount.length > amountWholeDigitsMax + amountDecimals) return undefined;
  return BigInt(`${sign === '-' ? '-' : ''}${amount === '' ? '0' : amount}`);
}
