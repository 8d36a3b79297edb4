import { frequent, shape, type Shape } from '../shape.ts';
import { party, peer, peerWithPort, phase } from './sshd-party.ts';

/**
 * Lines of OpenSSH's sshd about logins (auth.c, auth2.c, packet.c, sshd.c, servconf.c of 5.x to 10.x).
 * A name comes from the peer and may hold " from ": the address is the last one, so names are greedy,
 * except after a login, where the name is an account and the text behind it is free.
 */
export const sshdLoginShapes: readonly Shape[] = [
  frequent(
    shape(
      'ssh_login',
      'success',
      'Accepted ',
      String.raw`Accepted (?P<method>[^ ]+) for (?P<user>\C+?) from ${peer}(?: ssh2?)?(?:: (?P<signature>\C*))?`
    )
  ),
  frequent(
    shape(
      'ssh_login_failed',
      'failure',
      'Failed ',
      String.raw`Failed (?P<method>[^ ]+) for (?P<invalid_user>(?:invalid|illegal) user )?(?P<user>\C*) from ${peerWithPort}(?: ssh2?)?(?:: (?P<signature>[A-Za-z0-9@._-]+ \C*))?${phase}`
    )
  ),
  frequent(
    shape(
      'ssh_invalid_user',
      'failure',
      'Invalid user ',
      String.raw`Invalid user (?P<user>\C*) from ${peerWithPort}${phase}`,
      { invalid_user: 'true' }
    )
  ),
  shape(
    'ssh_invalid_user',
    'failure',
    'Illegal user ',
    String.raw`Illegal user (?P<user>\C*) from ${peerWithPort}${phase}`,
    { invalid_user: 'true' }
  ),
  shape(
    'ssh_auth_step',
    'unknown',
    'input_userauth_request: ',
    String.raw`input_userauth_request: (?P<invalid_user>invalid user )(?P<user>\C*?)${phase}`
  ),
  shape(
    'ssh_login_refused',
    'failure',
    'User ',
    String.raw`User (?P<user>\C*) from (?P<src_ip>[^ ]+) not allowed because (?P<reason>\C*?)${phase}`
  ),
  shape(
    'ssh_login_refused',
    'failure',
    'User ',
    String.raw`User (?P<user>[^ ]*) not allowed because (?P<reason>\C*?)${phase}`
  ),
  shape(
    'ssh_login_refused',
    'failure',
    'ROOT LOGIN REFUSED',
    String.raw`ROOT LOGIN REFUSED FROM ${peerWithPort}${phase}`,
    { reason: 'root login', user: 'root' }
  ),
  shape(
    'ssh_login_refused',
    'failure',
    'Login restricted for ',
    String.raw`Login restricted for (?P<user>[^ ]+): (?P<reason>\C*)`
  ),
  shape(
    'ssh_login_refused',
    'failure',
    'Authentication refused: ',
    String.raw`Authentication refused: (?P<reason>\C*)`
  ),
  shape(
    'ssh_login_refused',
    'failure',
    'fatal: Access denied for user ',
    String.raw`fatal: Access denied for user (?P<user>\C*) by PAM account configuration${phase}`,
    { reason: 'PAM account configuration' }
  ),
  shape(
    'ssh_login_refused',
    'failure',
    'Authentication tried for ',
    String.raw`Authentication tried for (?P<user>\C*) with correct key but not from a permitted host \(host=(?P<src_host>[^,]*), ip=(?P<src_ip>[^)]*)\)\C*`,
    { reason: 'host not permitted' }
  ),
  shape(
    'ssh_connection_refused',
    'failure',
    'refused connect from ',
    String.raw`refused connect from (?P<src_host>\C*) \((?:::ffff:)?(?P<src_ip>[^)]*)\)`
  ),
  shape(
    'ssh_connection_refused',
    'failure',
    'drop connection ',
    String.raw`drop connection #?[0-9]+ from \[(?P<src_ip>[^\]]+)\]:(?P<src_port>[0-9]+) on \[(?P<dst_ip>[^\]]+)\]:(?P<dst_port>[0-9]+) (?P<reason>\C*)`
  ),
  shape(
    'ssh_connection_refused',
    'failure',
    'error: beginning MaxStartups throttling',
    String.raw`error: beginning MaxStartups throttling`,
    { reason: 'MaxStartups' }
  ),
  shape(
    'ssh_auth_limit',
    'failure',
    'error: maximum authentication attempts exceeded',
    String.raw`error: maximum authentication attempts exceeded for (?P<invalid_user>invalid user )?(?P<user>\C*) from ${peer}(?: ssh2?)?${phase}`
  ),
  shape(
    'ssh_auth_limit',
    'failure',
    'Disconnecting',
    String.raw`Disconnecting(?: ${party})?: Too many authentication failures(?: for (?P<invalid_user_too>invalid user )?(?P<user_too>[^ ]+))?${phase}`
  ),
  shape(
    'ssh_auth_limit',
    'failure',
    'PAM service(',
    String.raw`PAM service\((?P<pam_service>[^)]*)\) ignoring max retries; (?P<count>[0-9]+) > (?P<limit>[0-9]+)`
  ),
  shape(
    'ssh_auth_timeout',
    'failure',
    'fatal: Timeout before authentication for ',
    String.raw`fatal: Timeout before authentication for (?:connection from )?(?P<src_ip>[^ ]+)(?: port (?P<src_port>[0-9]+)| to (?P<dst_ip>[^ ,]+), pid = [0-9]+)?`
  ),
  shape(
    'ssh_auth_timeout',
    'failure',
    'Timeout before authentication for ',
    String.raw`Timeout before authentication for connection from (?P<src_ip>[^ ]+) to (?P<dst_ip>[^ ,]+), pid = [0-9]+`
  ),
  shape(
    'ssh_auth_error',
    'failure',
    'error: PAM: ',
    String.raw`error: PAM: (?P<reason>\C*?) for (?P<invalid_user>illegal user )?(?P<user>\C*) from ${peerWithPort}${phase}`
  ),
  shape(
    'ssh_auth_error',
    'failure',
    'error: Could not get shadow information for ',
    String.raw`error: Could not get shadow information for (?P<user>\C*)`
  ),
  shape('ssh_auth_error', 'failure', 'fatal: monitor_read: ', String.raw`fatal: monitor_read: (?P<reason>\C*)`),
  shape(
    'ssh_auth_step',
    'unknown',
    'Postponed ',
    String.raw`Postponed (?P<method>[^ ]+) for (?P<invalid_user>invalid user )?(?P<user>\C*) from ${peer}(?: ssh2?)?${phase}`
  ),
  shape(
    'ssh_auth_step',
    'unknown',
    'Partial ',
    String.raw`Partial (?P<method>[^ ]+) for (?P<invalid_user>invalid user )?(?P<user>\C*) from ${peer}(?: ssh2?)?(?:: (?P<signature>\C*))?${phase}`
  ),
  shape('ssh_auth_step', 'unknown', 'Found matching ', String.raw`Found matching (?P<signature>\C*)`),
];
