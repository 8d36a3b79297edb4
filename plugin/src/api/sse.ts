/** One server-sent event (WHATWG HTML, section 9.2.6). */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  /** The last `id:` seen so far; null before any. */
  readonly id: string | null;
}

/** Longest line that is kept, characters; a stream with a longer one is not ours. */
const lineMax = 1_000_000;

/**
 * Parses a stream of server-sent events as it arrives, split anywhere. `push` gives the events that became complete.
 * Comments and unknown fields are ignored. Throws RangeError for a line beyond 1,000,000 characters.
 */
export function createSseParser(): { push(text: string): ServerSentEvent[] } {
  let rest = '';
  let event = '';
  let data: string[] = [];
  let id: string | null = null;

  function take(line: string): ServerSentEvent | null {
    if (line === '') {
      const complete = data.length > 0 ? { event: event === '' ? 'message' : event, data: data.join('\n'), id } : null;
      event = '';
      data = [];
      return complete;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
    else if (field === 'id' && !value.includes('\0')) id = value;
    return null;
  }

  return {
    push(text) {
      rest += text;
      // A CR at the very end may be half of a CRLF.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      if (rest.length > lineMax) throw new RangeError('A line of the event stream is too long.');
      return lines.map(take).filter((complete) => complete !== null);
    },
  };
}
