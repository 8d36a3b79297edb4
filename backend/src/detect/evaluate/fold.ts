const beyondAscii = /[^\0-\x7f]/;

/**
 * The one folding of Sigma's case-insensitive matching: A-Z become a-z, nothing else changes. Equal to ClickHouse's
 * `lower()`, where Unicode folding differs between engines (U+212A, the final sigma, the dotted I).
 */
export function foldAscii(text: string): string {
  if (!beyondAscii.test(text)) return text.toLowerCase();
  return text.replace(/[A-Z]+/g, (upper) => upper.toLowerCase());
}
