/** A SQL string literal (ClickHouse, "Syntax: String"): backslash and quote escaped, control bytes as \xNN, so that it can be read and pasted. */
export function sqlLiteral(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replace(/[\0-\x1f\x7f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `'${escaped}'`;
}

function valueLiteral(value: unknown, type: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => valueLiteral(item, type)).join(', ')}]`;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'string')
    return type.includes('String') ? sqlLiteral(value) : `CAST(${sqlLiteral(value)}, '${type}')`;
  throw new TypeError(`a parameter of type ${type} has no literal`);
}

/** The text of a compiled statement with its bound values in it, for a person to paste. Never for the service to run. */
export function withLiterals(sql: string, params: Readonly<Record<string, unknown>>): string {
  return sql.replace(/\{([A-Za-z][A-Za-z0-9_]*):([A-Za-z0-9() ,']+)\}/g, (_whole, name: string, type: string) =>
    valueLiteral(params[name], type)
  );
}
