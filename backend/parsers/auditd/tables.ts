import { sqlText } from '../shape.ts';
import { recordTypeNames } from './record-types.ts';
import { syscallNames } from './syscalls.ts';

/** Names whose values the kernel and libaudit write in hexadecimal where they hold more than plain characters. */
const encoded = [
  ...['comm', 'ocomm', 'exe', 'name', 'cwd', 'cmd', 'proctitle', 'data', 'acct', 'key', 'path', 'file', 'dir', 'watch'],
  ...[
    'profile',
    'cgroup',
    'device',
    'grp',
    'new_group',
    'vm',
    'sw',
    'root_dir',
    'old-disk',
    'new-disk',
    'old-fs',
    'new-fs',
  ],
];

/** Records about an account, and those about a group: `acct` is what is changed. */
const accountTypes = ['ADD_USER', 'DEL_USER', 'USER_MGMT', 'USER_CHAUTHTOK', 'ACCT_LOCK', 'ACCT_UNLOCK', 'CHUSER_ID'];
const groupTypes = ['ADD_GROUP', 'DEL_GROUP', 'GRP_MGMT', 'GRP_CHAUTHTOK', 'CHGRP_ID'];

const list = (texts: readonly string[]) => texts.map(sqlText).join(', ');
const types = recordTypeNames.flatMap((name, number) => (name === '' ? [] : [{ name, number }]));

/** Architectures stand a thousand numbers apart. One literal that the engine splits: a thousand of them take long to plan. */
const syscalls = syscallNames.flatMap((names) => Array.from({ length: 1000 }, (_, number) => names[number] ?? ''));

/** What claim.sql and parser.sql of this folder name in double braces. */
export const auditdPlaceholders: Readonly<Record<string, string>> = {
  record_head: String.raw`^((?:\\[ *[0-9.]+\\] ?)?(?:audit: ?)?(?:(?:audispd|audisp-syslog|auditd): ?)?(?:node=([^ ]+) )?type=([A-Z0-9_]+(?:\\[[0-9]+\\])?) (?:msg=)?audit\\(([0-9]{1,10})\\.([0-9]{3}):([0-9]{1,20})\\) ?: ?)`,
  encoded: list(encoded),
  // Hexadecimal of a text that needs it: with a control byte, a blank, a quote or a byte over 7E. 26 is 26, not &.
  encoded_value: '^(?:[0-9A-F][0-9A-F])*?(?:[01][0-9A-F]|20|22|7F|[89A-F][0-9A-F])(?:[0-9A-F][0-9A-F])*$',
  type_numbers: `[${types.map(({ number }) => String(number)).join(', ')}]`,
  type_names: `splitByChar(' ', ${sqlText(types.map(({ name }) => name).join(' '))})`,
  syscalls: `splitByChar(' ', ${sqlText(syscalls.join(' '))})`,
  account_types: list(accountTypes),
  group_types: list(groupTypes),
};
