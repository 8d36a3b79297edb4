import { frequent, shape, type Shape } from '../shape.ts';

/** The pairs that pam_unix, pam_sss and sshd write after "authentication failure". `rhost` may be a name. */
const asked = String.raw`(?:logname=(?P<logname>[^ ]*) )?uid=(?P<uid>[^ ]*) euid=(?P<euid>[^ ]*) tty=(?P<tty>[^ ]*) ruser=(?P<ruser>[^ ]*) rhost=(?P<src_ip>[^ ]*) *(?: user=(?P<pam_user>\C*?))? *`;

/** Texts of PAM modules, without their `module(service:type): `, in any program. */
export const pamShapes: readonly Shape[] = [
  frequent(shape('auth_failed', 'failure', 'authentication failure; ', `authentication failure; ${asked}`)),
  shape(
    'auth_failed',
    'failure',
    'received for user ',
    String.raw`received for user (?P<user>\C*): (?P<code>7) \((?P<reason>Authentication failure)\)`
  ),
  shape(
    'auth_error',
    'failure',
    'received for user ',
    String.raw`received for user (?P<user>\C*): (?P<code>[0-9]+) \((?P<reason>[^)]*)\)`
  ),
  shape('auth_succeeded', 'success', 'authentication success; ', `authentication success; ${asked}`),
  shape('auth_error', 'failure', 'check pass; user unknown', 'check pass; (?P<reason>user unknown)'),
  shape('auth_error', 'failure', 'bad username [', String.raw`bad username \[(?P<user>\C*)\]`),
  shape(
    'auth_error',
    'failure',
    'auth could not identify password for [',
    String.raw`auth (?P<reason>could not identify password) for \[(?P<user>\C*)\]`
  ),
  shape('auth_error', 'failure', 'conversation failed', '(?P<reason>conversation failed)'),
  shape('auth_error', 'failure', 'could not identify user ', String.raw`(?P<reason>could not identify user) \C*`),
  shape(
    'auth_denied',
    'failure',
    'requirement ',
    String.raw`requirement "(?P<reason>\C*)" not met by user "(?P<user>\C*)"`
  ),
  shape(
    'auth_denied',
    'failure',
    'access denied for user ',
    "access denied for user [`'](?P<user>\\C*)' from [`'](?P<origin>\\C*)'"
  ),
  shape(
    'auth_denied',
    'failure',
    'Refused user ',
    String.raw`Refused user (?P<user>\C*) for service (?P<pam_service_too>[^ ]*)`
  ),
  shape('auth_denied', 'failure', 'account ', String.raw`account (?P<user>[^ ]*) has expired \((?P<reason>[^)]*)\)`),
  shape(
    'auth_denied',
    'failure',
    'expired password for user ',
    String.raw`expired password for user (?P<user>[^ ]*) \((?P<reason>[^)]*)\)`
  ),
  shape(
    'auth_locked',
    'failure',
    'user ',
    String.raw`user (?P<user>\C*) \((?P<uid>[0-9]+)\) tally (?P<count>[0-9]+), deny (?P<limit>[0-9]+)`
  ),
  shape(
    'auth_locked',
    'failure',
    'Consecutive login failures for user ',
    String.raw`Consecutive login failures for user (?P<user>\C*) account temporarily locked`
  ),
  frequent(
    shape(
      'session_opened',
      'success',
      'session opened for user ',
      String.raw`session opened for user (?P<for_user>\C*?)(?:\(uid=(?P<for_uid>[0-9]+)\))? by (?P<by_user>[^(]*)\(uid=(?P<uid>[0-9]+)\)`
    )
  ),
  shape(
    'session_opened',
    'success',
    'session opened for user ',
    String.raw`session opened for user (?P<for_user>\C*?)(?:\(uid=(?P<for_uid>[0-9]+)\))?(?: by (?P<by_user>[^()]*))?`
  ),
  frequent(
    shape('session_closed', 'success', 'session closed for user ', String.raw`session closed for user (?P<user>\C*)`)
  ),
  shape('password_changed', 'success', 'password changed for ', String.raw`password changed for (?P<target_user>\C*)`),
];

/** Lines that a program writes about PAM itself. */
export const pamProgramShapes: readonly Shape[] = [
  shape('auth_failed', 'failure', 'PAM ', String.raw`PAM (?P<count>[0-9]+) more authentication failures?; ${asked}`),
  shape('session_closed', 'success', 'user ', String.raw`user (?P<user>[^ ]+) logged out\.`),
];
