import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { repository, textOf } from './repository.ts';

const folder = 'docs/how-to';
const pages = ['existing-grafana.md', 'existing-clickhouse.md', 'collectors.md'];

describe.each(pages)('docs/how-to/%s', (page) => {
  const text = textOf(path.join(folder, page));

  it('names files that are there', () => {
    const named = [...text.matchAll(/`((?:backend|dashboards|docs|provisioning)\/[\w./-]+)`/g)].map(
      (match) => match[1]
    );
    const linked = [...text.matchAll(/\]\(([\w./-]+\.md)\)/g)].map((match) => path.join(folder, match[1] ?? ''));
    for (const file of [...named, ...linked]) {
      expect({ file, there: existsSync(path.join(repository, file ?? '')) }).toEqual({ file, there: true });
    }
  });

  it('names variables that the service or docker-compose.yml has', () => {
    const known = textOf('backend/src/config.ts') + textOf('docker-compose.yml');
    for (const [name] of text.matchAll(/\b(?:LOGLAKE|CLICKHOUSE)_[A-Z_]+\b/g)) {
      expect(known).toContain(name.replace(/_FILE$/, ''));
    }
  });

  it('says what was not run', () => {
    expect(text).toMatch(/not run here|not at hand|was at hand/);
  });
});

describe('docs/how-to/existing-clickhouse.md', () => {
  it('grants in SQL what provisioning/clickhouse grants in XML', () => {
    const xml = [...textOf('provisioning/clickhouse/users.d/loglake.xml').matchAll(/<query>(.*)<\/query>/g)];
    const sql = [...textOf(`${folder}/existing-clickhouse.md`).matchAll(/^(GRANT .*) TO \w+;$/gm)];
    expect(sql.map((match) => match[1])).toEqual(xml.map((match) => match[1]));
  });
});
