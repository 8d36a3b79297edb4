/** What the preview needs of a logger: fixed text, data in fields. */
export interface PreviewLog {
  info(fields: Record<string, unknown>, text: string): void;
  warn(fields: Record<string, unknown>, text: string): void;
}

/** One JSON line per message. */
export function createPreviewLog(write: (line: string) => void): PreviewLog {
  const line = (level: string) => (fields: Record<string, unknown>, text: string) =>
    write(`${JSON.stringify({ level, time: new Date().toISOString(), name: 'preview', ...fields, msg: text })}\n`);
  return { info: line('info'), warn: line('warn') };
}
