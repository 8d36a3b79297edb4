import { expect, test } from 'vitest';
import { outputFormat, parseInsert, refuseSecondStatement } from './statement.ts';

test.each([
  [`INSERT INTO t VALUES (1, 'a'); DROP TABLE t`],
  [`INSERT INTO t VALUES (1) -- ; DROP TABLE t`],
  [`INSERT INTO t SETTINGS log_comment = 'x' FORMAT Values (1); DROP TABLE t`],
  [`/* values ; */ INSERT INTO t VALUES (1); DROP TABLE t`],
  [`INSERT INTO t VALUES ('a\\'; b'); DROP TABLE t`],
])('a second statement behind the data is refused: %s', (text) => {
  expect(() => {
    refuseSecondStatement(text);
  }).toThrow('Multi-statements');
});

test.each([
  [`INSERT INTO t VALUES (1, 'a;b', 'it''s; \\'so\\'');`],
  [`-- done;\nINSERT INTO t /* ; */ VALUES (1)`],
  ['INSERT INTO `a;b` VALUES (1);\n'],
])('a semicolon in quotes, before the data or at the end is not one: %s', (text) => {
  expect(() => {
    refuseSecondStatement(text);
  }).not.toThrow();
});

test('an insert of bytes is read with its table, columns and what follows', () => {
  const read = parseInsert(Buffer.from('insert into `db`.t (a, `b`) FORMAT TSV\n1\t\xff\n', 'latin1'));
  expect(read?.insert).toEqual({ table: 'db.t', columns: ['a', 'b'], format: 'TabSeparated' });
  expect(read?.data.toString('latin1')).toBe('1\t\xff\n');
});

test('other statements are no insert of bytes, and hostile names are refused', () => {
  expect(parseInsert(Buffer.from('INSERT INTO t SELECT 1'))).toBeNull();
  expect(parseInsert(Buffer.from('INSERT INTO t VALUES (1)'))).toBeNull();
  expect(parseInsert(Buffer.from('INSERT INTO t; DROP TABLE t; FORMAT TSV'))).toBeNull();
  expect(() => parseInsert(Buffer.from(`INSERT INTO t (a; DROP) FORMAT TSV`))).toThrow('is no column name');
  expect(() => parseInsert(Buffer.from('INSERT INTO t FORMAT Parquet'))).toThrow('cannot be inserted here');
});

test('only formats without head and foot are sent as they come', () => {
  expect(outputFormat('SELECT 1 FORMAT JSONEachRow', 'TSV')).toEqual({ format: 'JSONEachRow', streams: true });
  expect(outputFormat('SELECT 1 \nformat jsoncompact ;', 'TSV')).toEqual({ format: 'jsoncompact', streams: false });
  expect(outputFormat('SELECT 1', 'CSVWithNames')).toEqual({ format: 'CSVWithNames', streams: false });
  expect(outputFormat('SELECT 1 FORMAT CSVWithNames SETTINGS max_threads = 1', 'TSV').streams).toBe(false);
});
