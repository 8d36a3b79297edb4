/** Types of bound values that compiled rules use. */
export type SqlType = 'String' | 'Array(String)' | 'Array(UInt64)' | 'Float64' | 'IPv6' | 'Int64';

/** Collects bound values. Nothing of a rule ever stands in the text of a statement but through this. */
export class SqlParameters {
  readonly params: Record<string, unknown> = {};
  readonly #prefix: string;
  readonly #known = new Map<string, string>();

  /** `prefix` keeps the parameters of several statements apart when they are joined: letters and digits. */
  constructor(prefix: string) {
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(prefix)) throw new RangeError('a parameter prefix is a name');
    this.#prefix = prefix;
  }

  /** The placeholder of a value, such as `{p0:String}`; the same value and type share one. UInt64 come in decimals. */
  bind(value: string | number | readonly string[], type: SqlType): string {
    const key = `${type} ${JSON.stringify(value)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = `${this.#prefix}${this.#known.size}`;
    const placeholder = `{${name}:${type}}`;
    this.params[name] = type === 'Array(UInt64)' && Array.isArray(value) ? value.map(BigInt) : value;
    this.#known.set(key, placeholder);
    return placeholder;
  }

  text(value: string): string {
    return this.bind(value, 'String');
  }
}
