import { frequent, shape, type Shape } from '../shape.ts';

const terminal = String.raw`(?:(?:TTY=(?P<tty>[^ ]*) ; )?PWD=(?P<pwd>\C*?) ; USER=(?P<target_user>[^ ]*)(?: ; GROUP=(?P<group>[^ ]*))?(?: ; TSID=(?P<tsid>[^ ]*))?(?: ; ENV=(?P<env>\C*?))? ; COMMAND=(?P<command_line>\C*))`;

/** sudo (lib/eventlog of 1.8 and 1.9). A command may hold anything: it is the last. */
export const sudoShapes: readonly Shape[] = [
  frequent(shape('sudo_command', 'success', ' ', String.raw` (?P<user>[^ ]+) : ${terminal}`)),
  shape('sudo_refused', 'failure', ' ', String.raw` (?P<user>[^ ]+) : (?P<reason>[^;]+?) ; ${terminal}`),
];

/** su of util-linux, shadow and BSD. */
export const suShapes: readonly Shape[] = [
  shape('su_login', 'success', '(to ', String.raw`\(to (?P<target_user>[^)]*)\) (?P<user>\C*) on (?P<tty>[^ ]*)`),
  shape(
    'su_failed',
    'failure',
    'FAILED SU ',
    String.raw`FAILED SU \(to (?P<target_user>[^)]*)\) (?P<user>\C*) on (?P<tty>[^ ]*)`
  ),
  shape(
    'su_login',
    'success',
    'Successful su for ',
    String.raw`Successful su for (?P<target_user>[^ ]*) by (?P<user>\C*)`
  ),
  shape('su_failed', 'failure', 'FAILED su for ', String.raw`FAILED su for (?P<target_user>[^ ]*) by (?P<user>\C*)`),
  shape('su_login', 'success', '+ ', String.raw`\+ (?P<tty>[^ ]+) (?P<user>[^:]*):(?P<target_user>\C*)`),
  shape('su_failed', 'failure', '- ', String.raw`- (?P<tty>[^ ]+) (?P<user>[^:]*):(?P<target_user>\C*)`),
  shape(
    'su_failed',
    'failure',
    "'su ",
    String.raw`'su (?P<target_user>[^']*)' failed for (?P<user>\C*) on (?P<tty>[^ ]*)`
  ),
  shape(
    'su_failed',
    'failure',
    'BAD SU ',
    String.raw`BAD SU (?P<user>\C*) to (?P<target_user>[^ ]*) on (?P<tty>[^ ]*)`
  ),
  shape('su_failed', 'failure', 'pam_authenticate: ', String.raw`pam_authenticate: (?P<reason>\C*)`),
];

/** useradd, usermod, userdel, group tools, gpasswd, passwd, chage (shadow), adduser. */
export const accountShapes: readonly Shape[] = [
  shape(
    'user_created',
    'success',
    'new user: ',
    String.raw`new user: name=(?P<target_user>[^,]*), UID=(?P<uid>[0-9]+), GID=(?P<gid>[0-9]+), home=(?P<home>[^,]*), shell=(?P<shell>[^,]*)(?:, from=(?P<tty>\C*))?`
  ),
  shape(
    'user_create_failed',
    'failure',
    'failed adding user ',
    String.raw`failed adding user '(?P<target_user>[^']*)', (?P<reason>\C*)`
  ),
  shape('group_created', 'success', 'new group: ', String.raw`new group: name=(?P<group>[^,]*), GID=(?P<gid>[0-9]+)`),
  shape(
    'group_created',
    'success',
    'group added to ',
    String.raw`group added to (?P<file>[^:]+): name=(?P<group>[^,]*)(?:, GID=(?P<gid>[0-9]+))?`
  ),
  shape(
    'group_member_added',
    'success',
    "add '",
    String.raw`add '(?P<target_user>[^']*)' to (?:shadow )?group '(?P<group>[^']*)'`
  ),
  shape(
    'group_member_removed',
    'success',
    "delete '",
    String.raw`delete '(?P<target_user>[^']*)' from (?:shadow )?group '(?P<group>[^']*)'`
  ),
  shape(
    'group_member_added',
    'success',
    'user ',
    String.raw`user (?P<target_user>[^ ]*) added by (?P<user>[^ ]*) to group (?P<group>[^ ]*)`
  ),
  shape(
    'group_member_removed',
    'success',
    'user ',
    String.raw`user (?P<target_user>[^ ]*) removed by (?P<user>[^ ]*) from group (?P<group>[^ ]*)`
  ),
  shape(
    'group_modified',
    'success',
    'members of group ',
    String.raw`members of group (?P<group>[^ ]*) set by (?P<user>[^ ]*) to (?P<members>\C*)`
  ),
  shape(
    'group_modified',
    'success',
    'group changed in ',
    String.raw`group changed in (?P<file>[^ ]+) \(group (?P<group>[^/,)]*)\C*`
  ),
  shape('group_deleted', 'success', "group '", String.raw`group '(?P<group>[^']*)' removed(?: from (?P<file>[^ ]+))?`),
  shape(
    'group_deleted',
    'success',
    'removed ',
    String.raw`removed (?:shadow )?group '(?P<group>[^']*)' owned by '(?P<target_user>[^']*)'`
  ),
  shape('user_deleted', 'success', "delete user '", String.raw`delete user '(?P<target_user>[^']*)'`),
  shape('password_changed', 'success', "change user '", String.raw`change user '(?P<target_user>[^']*)' password`),
  shape(
    'user_modified',
    'success',
    "change user '",
    String.raw`change user '(?P<target_user>[^']*)' (?P<attribute>[A-Za-z ]+?)(?: from '(?P<old>[^']*)' to '(?P<new>[^']*)')?`
  ),
  shape(
    'user_modified',
    'success',
    "change user name '",
    String.raw`change user name '(?P<old>[^']*)' to '(?P<target_user>[^']*)'`,
    { attribute: 'name' }
  ),
  shape('password_locked', 'success', "lock user '", String.raw`lock user '(?P<target_user>[^']*)' password`),
  shape('password_unlocked', 'success', "unlock user '", String.raw`unlock user '(?P<target_user>[^']*)' password`),
  shape(
    'password_changed',
    'success',
    "password for '",
    String.raw`password for '(?P<target_user>[^']*)' changed by '(?P<user>[^']*)'`
  ),
  shape(
    'user_modified',
    'success',
    'changed password expiry for ',
    String.raw`changed password expiry for (?P<target_user>\C*)`,
    { attribute: 'password expiry' }
  ),
  shape(
    'user_modified',
    'success',
    'changed user ',
    String.raw`changed user '(?P<target_user>[^']*)' (?P<attribute>\C*)`
  ),
];

/** login of util-linux, and systemd-logind. */
export const loginShapes: readonly Shape[] = [
  shape(
    'login_failed',
    'failure',
    'FAILED LOGIN ',
    String.raw`FAILED LOGIN (?:\(?(?P<count>[0-9]+)\)? |SESSION )(?:on '(?P<tty>[^']*)' |FROM (?P<origin>[^ ]+) )FOR '?(?P<user>[^',]*)'?, (?P<reason>\C*)`
  ),
  shape(
    'login',
    'success',
    'ROOT LOGIN ',
    String.raw`ROOT LOGIN +(?:on|ON) '?(?P<tty>[^ ']+)'?(?: FROM (?P<origin>\C*))?`,
    { user: 'root' }
  ),
  shape(
    'login',
    'success',
    'LOGIN ON ',
    String.raw`LOGIN ON (?P<tty>[^ ]+) BY (?P<user>[^ ]+)(?: FROM (?P<origin>\C*))?`
  ),
  shape(
    'session_opened',
    'success',
    'New session ',
    String.raw`New session '?(?P<session>[^ ']+)'? of user '?(?P<user>[^' ]+?)'?(?: with class '(?P<class>[^']*)' and type '(?P<session_type>[^']*)')?\.`
  ),
  shape(
    'session_closed',
    'success',
    'Session ',
    String.raw`Session (?P<session>[^ ]+) logged out\. Waiting for processes to exit\.`
  ),
  shape('session_closed', 'success', 'Removed session ', String.raw`Removed session (?P<session>[^ ]+)\.`),
];
