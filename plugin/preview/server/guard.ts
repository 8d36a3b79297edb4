import type { RequestHandler } from 'express';

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Keeps other sites' pages out, since the preview has no login: the Host header must be ours (DNS rebinding), and a
 * write must come from our own origin (cross-site requests). `host` is the address listened on.
 */
export function createGuard(host: string): RequestHandler {
  const anyName = host === '0.0.0.0' || host === '::';
  const names = new Set([...loopback, host]);
  return (request, response, next) => {
    const given = request.get('host') ?? '';
    const name = given.replace(/:\d+$/, '');
    if (!anyName && !names.has(name)) {
      response.status(421).json({ message: 'This host name is not served here.' });
      return;
    }
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (!reads && request.get('origin') !== `${request.protocol}://${given}`) {
      response.status(403).json({ message: 'A write must come from the preview itself.' });
      return;
    }
    next();
  };
}
