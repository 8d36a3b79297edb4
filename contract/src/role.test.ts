import { expect, it } from 'vitest';
import { roles, roleSatisfies, type Role } from './role.ts';

const may = (held: Role): Role[] => roles.filter((needed) => roleSatisfies(held, needed));

it('people’s roles include the lower ones, machines’ roles no people’s', () => {
  expect(may('reader')).toEqual(['reader']);
  expect(may('triager')).toEqual(['reader', 'triager']);
  expect(may('admin')).toEqual(['reader', 'triager', 'admin']);
  expect(may('ingest')).toEqual(['ingest']);
  expect(may('scenario')).toEqual(['ingest', 'scenario']);
});
