import { expect, test } from 'vitest';
import { splitStatements } from './sql-statements.ts';

test('semicolons part statements, and empty ones go', () => {
  expect(splitStatements('SELECT 1;\n;SELECT 2 ;  ')).toEqual(['SELECT 1', 'SELECT 2']);
  expect(splitStatements('')).toEqual([]);
  expect(splitStatements(' ;; -- only a comment; really\n/* and ; another */')).toEqual([]);
});

test('semicolons in quotes part nothing', () => {
  expect(splitStatements(`SELECT 'a;b', "c;d", \`e;f\``)).toHaveLength(1);
  expect(splitStatements(`SELECT 'it''s; fine', 'back\\'s; lash'; SELECT 2`)).toEqual([
    `SELECT 'it''s; fine', 'back\\'s; lash'`,
    'SELECT 2',
  ]);
});

test('semicolons and quotes in comments part and open nothing', () => {
  expect(splitStatements(`SELECT 1 -- it's; a comment\n; SELECT /* don't; */ 2`)).toEqual([
    `SELECT 1 -- it's; a comment`,
    `SELECT /* don't; */ 2`,
  ]);
});

test('marks of comments in quotes are text', () => {
  expect(splitStatements(`SELECT '--', '/*'; SELECT '*/'`)).toEqual([`SELECT '--', '/*'`, `SELECT '*/'`]);
});

test('what is never closed stays one statement', () => {
  expect(splitStatements(`SELECT 'open; SELECT 2`)).toEqual([`SELECT 'open; SELECT 2`]);
  expect(splitStatements(`SELECT 1 /* open; SELECT 2`)).toEqual([`SELECT 1 /* open; SELECT 2`]);
});
