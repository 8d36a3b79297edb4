import path from 'node:path';
import { readPreviewConfig } from './config.ts';
import { createPreviewLog } from './server/log.ts';
import { startPreview } from './server/start-preview.ts';

/** Runs as plugin/preview/dist/main.js. */
const here = import.meta.dirname;
const log = createPreviewLog((line) => process.stderr.write(line));

try {
  const config = readPreviewConfig();
  const preview = await startPreview({
    ...config,
    log,
    pluginDist: path.resolve(here, '../../dist'),
    assetsDir: path.join(here, 'public'),
  });
  const stop = (): void => void preview.stop().then(() => process.exit(0));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
  // `npm start` waits for this; run alone, the address is printed.
  if (process.send) process.send({ type: 'ready', url: preview.url });
  else process.stdout.write(`${preview.url}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
