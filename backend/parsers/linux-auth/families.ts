import { shapeSql, sqlText, type ShapeFamily } from '../shape.ts';
import { accountShapes, loginShapes, sudoShapes, suShapes } from './account.ts';
import { pamProgramShapes, pamShapes } from './pam.ts';
import { sshdConnectionShapes } from './sshd-connection.ts';
import { sshdLoginShapes } from './sshd-login.ts';

const sshd = ['sshd', 'sshd-session', 'sshd-auth'];
const account = [
  'useradd',
  'usermod',
  'userdel',
  'newusers',
  'adduser',
  'deluser',
  'groupadd',
  'groupmod',
  'groupdel',
  'gpasswd',
  'passwd',
  'chpasswd',
  'chage',
  'chfn',
  'chsh',
];
const login = ['login', 'systemd-logind'];
const list = (programs: readonly string[]) => programs.map(sqlText).join(', ');

/** SQL list of the programs whose lines are about authentication and accounts. */
export const authPrograms = list([...sshd, 'sudo', 'su', 'pam', ...login, ...account]);

const families: readonly ShapeFamily[] = [
  { name: 'pam', shapes: pamShapes },
  { name: 'sshd', shapes: [...sshdLoginShapes, ...sshdConnectionShapes, ...pamProgramShapes] },
  { name: 'sudo', shapes: sudoShapes },
  { name: 'su', shapes: suShapes },
  { name: 'account', shapes: accountShapes },
  { name: 'login', shapes: loginShapes },
  { name: 'pam-program', shapes: pamProgramShapes },
];

const familyOf: readonly (readonly [string, string])[] = [
  ...sshd.map((program) => [program, 'sshd'] as const),
  ['sudo', 'sudo'],
  ['su', 'su'],
  ['pam', 'pam-program'],
  ...account.map((program) => [program, 'account'] as const),
  ...login.map((program) => [program, 'login'] as const),
];

/** What claim.sql, line.sql and parser.sql of this folder name in double braces. */
export const authPlaceholders: Readonly<Record<string, string>> = {
  auth_programs: authPrograms,
  family_of_program: `transform(_base, [${list(familyOf.map(([program]) => program))}], [${list(familyOf.map(([, family]) => family))}], '')`,
  ...shapeSql(families),
};
