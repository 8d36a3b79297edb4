import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ValidateFunction } from 'ajv';
import { z } from 'zod';
import { dashboardValidator, panelOptionsValidator } from '../testing/dashboard-schema.ts';
import { failedLoginActions } from './activity-panels.ts';
import { clickhouseDatasource, datasourceRef } from './clickhouse-query.ts';
import { dashboardFiles, dashboardText } from './dashboard-file.ts';
import { findingUrl } from './finding-panels.ts';

const folder = path.join(import.meta.dirname, '..');
const repository = path.join(folder, '..');
const panel = z.looseObject({
  id: z.number(),
  type: z.string(),
  title: z.string(),
  description: z.string(),
  datasource: z.unknown(),
  options: z.looseObject({}),
  fieldConfig: z.looseObject({}),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
});
const dashboard = z.looseObject({ uid: z.string(), panels: z.array(panel).min(1) });

describe.each(dashboardFiles)('dashboards/$file', ({ file, build }) => {
  const text = readFileSync(path.join(folder, file), 'utf8');
  const read = () => dashboard.parse(JSON.parse(text));
  let valid: ValidateFunction;
  beforeAll(() => {
    valid = dashboardValidator();
  });

  it('is what its source generates; else run `npm run dashboards`', () => {
    expect(text).toBe(dashboardText(build()));
  });

  it('is a dashboard by the schema of @grafana/schema', () => {
    valid(JSON.parse(text));
    expect(valid.errors ?? []).toEqual([]);
  });

  it.each([
    ['a panel whose title is a number', { title: 7 }],
    ['a property that Grafana does not know', { titel: 'Findings' }],
    ['a panel without a type', { type: undefined }],
  ])('would be refused with %s', (_name, change) => {
    const broken = read();
    expect(valid({ ...broken, panels: [{ ...broken.panels[0], ...change }, ...broken.panels.slice(1)] })).toBe(false);
  });

  it('gives every panel options that its kind has', () => {
    const kinds = new Set(read().panels.map(({ type }) => type));
    for (const kind of kinds) {
      const validOptions = panelOptionsValidator(kind);
      for (const { title, type, options } of read().panels) {
        if (type !== kind) continue;
        validOptions(options);
        expect({ title, errors: validOptions.errors ?? [] }).toEqual({ title, errors: [] });
      }
      expect(validOptions({ legend: 'yes', footer: 3, reduceOptions: 'last' })).toBe(false);
    }
  });

  it('keeps its uid, so that links to it stay good', () => {
    expect(read().uid).toBe('loglake-soc-overview');
  });

  it('says what each panel shows, from the data source variable, with an id of its own', () => {
    const { panels } = read();
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title, description, datasource } of panels) {
      expect(title).not.toBe('');
      expect(description.length).toBeGreaterThan(20);
      expect(datasource).toEqual(datasourceRef);
    }
  });

  it('lays panels out inside the 24 columns, none over another', () => {
    const cells = read().panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('decides about the legend of every panel that has one', () => {
    const legends = read().panels.flatMap(({ title, type, options }) =>
      type === 'timeseries' ? [{ title, legend: options.legend }] : []
    );
    expect(legends.length).toBeGreaterThan(0);
    for (const { legend } of legends) expect(legend).toMatchObject({ showLegend: true });
  });

  it('sets a unit wherever a panel is made of numbers', () => {
    for (const { title, type, fieldConfig } of read().panels) {
      if (type === 'table') continue;
      const unit = z.looseObject({ defaults: z.looseObject({ unit: z.string().min(1) }) }).safeParse(fieldConfig);
      expect({ title, hasUnit: unit.success }).toEqual({ title, hasUnit: true });
    }
  });
});

describe('dashboards', () => {
  it('are all generated: no JSON lies in the folder without a source', () => {
    const stored = readdirSync(folder).filter((name) => name.endsWith('.json') && name !== 'tsconfig.json');
    expect(stored.sort()).toEqual(dashboardFiles.map(({ file }) => file).sort());
  });

  it('link a finding to the plugin that plugin.json names', () => {
    const plugin = z.object({ id: z.string() });
    const { id } = plugin.parse(JSON.parse(readFileSync(path.join(repository, 'plugin/src/plugin.json'), 'utf8')));
    expect(findingUrl).toBe(`/a/${id}/findings/\${__data.fields.finding_id}`);
  });

  it('count failed logins by actions that the parsers write', () => {
    const vocabulary = readFileSync(path.join(repository, 'docs/reference/parsers.md'), 'utf8');
    for (const action of failedLoginActions) expect(vocabulary).toContain(`\`${action}\``);
  });

  it('use the data source that provisioning creates', () => {
    const file = path.join(repository, 'provisioning/grafana/datasources/clickhouse.yaml');
    const text = readFileSync(file, 'utf8');
    expect(text).toContain(`uid: ${clickhouseDatasource.uid}`);
    expect(text).toContain(`type: ${clickhouseDatasource.type}`);
  });
});
