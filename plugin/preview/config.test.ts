import { expect, it } from 'vitest';
import { readPreviewConfig } from './config.ts';

const noFile = () => {
  throw new Error('ENOENT');
};

it('listens on loopback and has no default secrets', () => {
  expect(readPreviewConfig({}, noFile)).toEqual({
    host: '127.0.0.1',
    port: 3080,
    serviceUrl: 'http://127.0.0.1:8450',
    sendUserHeader: true,
    tokens: { reader: '', triager: '', admin: '' },
  });
});

it('takes a token from the environment, else from the file that is named, else from the data directory', () => {
  const read: string[] = [];
  const { tokens } = readPreviewConfig(
    { LOGLAKE_TOKEN_READER: 'given', LOGLAKE_TOKEN_TRIAGER_FILE: '/run/t', LOGLAKE_DATA_DIR: '/data' },
    (file) => {
      read.push(file);
      return `from ${file}\n`;
    }
  );
  expect(tokens).toEqual({ reader: 'given', triager: 'from /run/t', admin: 'from /data/secrets/token-admin' });
  expect(read).toEqual(['/run/t', '/data/secrets/token-admin']);
});

it('names every variable that is wrong', () => {
  const wrong = { LOGLAKE_PREVIEW_PORT: '99999', LOGLAKE_SERVICE_URL: 'nowhere', LOGLAKE_PREVIEW_SEND_USER: 'yes' };
  expect(() => readPreviewConfig(wrong, noFile)).toThrow(/PREVIEW_PORT[^]*SERVICE_URL[^]*PREVIEW_SEND_USER/);
});
