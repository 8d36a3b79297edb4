import { frequent, shape, type Shape } from '../shape.ts';
import { party, peer, peerWithPort, phase } from './sshd-party.ts';

/** Lines of OpenSSH's sshd about connections, sessions and itself (packet.c, kex.c, session.c, sshd.c of 5.x to 10.x). */
export const sshdConnectionShapes: readonly Shape[] = [
  shape(
    'ssh_negotiation_failed',
    'failure',
    'Unable to negotiate with ',
    String.raw`Unable to negotiate with ${peer}: (?P<reason>\C*?)(?: Their offer: (?P<offer>[^ ]*))?${phase}`
  ),
  shape(
    'ssh_negotiation_failed',
    'failure',
    'fatal: Unable to negotiate with ',
    String.raw`fatal: Unable to negotiate with ${peer}: (?P<reason>\C*?)(?: Their offer: (?P<offer>[^ ]*))?${phase}`
  ),
  shape(
    'ssh_negotiation_failed',
    'failure',
    'Protocol major versions differ',
    String.raw`Protocol major versions differ for ${peerWithPort}: (?P<reason>\C*)`
  ),
  shape(
    'ssh_protocol_error',
    'failure',
    'Did not receive identification string from ',
    String.raw`Did not receive identification string from ${peerWithPort}`,
    { reason: 'no identification string' }
  ),
  shape(
    'ssh_protocol_error',
    'failure',
    'Bad protocol version identification ',
    String.raw`Bad protocol version identification (?P<banner>\C*) from ${peerWithPort}`,
    { reason: 'bad identification string' }
  ),
  shape(
    'ssh_protocol_error',
    'failure',
    'banner exchange: ',
    String.raw`banner exchange: Connection from ${peer}: (?P<reason>\C*)`
  ),
  shape(
    'ssh_protocol_error',
    'failure',
    'Magic value check failed ',
    String.raw`Magic value check failed \((?P<magic>[0-9]+)\) on obfuscated handshake from ${peer}`,
    { reason: 'bad magic value' }
  ),
  shape(
    'ssh_protocol_error',
    'failure',
    'ssh_dispatch_run_fatal: ',
    String.raw`ssh_dispatch_run_fatal: Connection from ${party}: (?P<reason>\C*?)${phase}`
  ),
  shape(
    'ssh_protocol_error',
    'failure',
    'error: kex',
    String.raw`error: (?P<reason>kex(?:_exchange_identification| protocol error)\C*?)${phase}`
  ),
  shape(
    'ssh_protocol_error',
    'failure',
    'kex_exchange_identification: ',
    String.raw`(?P<reason>kex_exchange_identification: \C*)`
  ),
  shape(
    'ssh_protocol_error',
    'failure',
    'fatal: Read from socket failed',
    String.raw`fatal: (?P<reason>Read from socket failed: \C*?)${phase}`
  ),
  shape(
    'ssh_protocol_error',
    'failure',
    'fatal: Write failed',
    String.raw`fatal: (?P<reason>Write failed: \C*?)${phase}`
  ),
  shape(
    'ssh_protocol_error',
    'failure',
    'Bad packet length ',
    String.raw`(?P<reason>Bad packet length [0-9]+\.)${phase}`
  ),
  shape(
    'ssh_protocol_error',
    'failure',
    'Corrupted MAC on input',
    String.raw`(?P<reason>Corrupted MAC on input\.?)${phase}`
  ),
  shape('ssh_protocol_error', 'failure', 'padding error', String.raw`(?P<reason>padding error: \C*?)${phase}`),
  shape(
    'ssh_name_mismatch',
    'unknown',
    'reverse mapping checking ',
    String.raw`reverse mapping checking getaddrinfo for (?P<src_host>[^ ]+) (?:\[(?P<src_ip>[^\]]+)\] )?failed(?:\.| - POSSIBLE BREAK-IN ATTEMPT!)${phase}`
  ),
  shape(
    'ssh_name_mismatch',
    'unknown',
    'Address ',
    String.raw`Address (?P<src_ip>[^ ]+) maps to (?P<src_host>[^ ]+), but this does not map back to the address\C*`
  ),
  frequent(
    shape(
      'ssh_disconnect',
      'unknown',
      'Received disconnect from ',
      String.raw`Received disconnect from (?P<src_ip>[^ ]+?)(?: port (?P<src_port>[0-9]+))?: ?(?P<code>[0-9]+): ?(?P<reason>\C*?)${phase}`
    )
  ),
  shape(
    'ssh_disconnect',
    'unknown',
    'error: Received disconnect from ',
    String.raw`error: Received disconnect from (?P<src_ip>[^ ]+?)(?: port (?P<src_port>[0-9]+))?: ?(?P<code>[0-9]+): ?(?P<reason>\C*?)${phase}`
  ),
  frequent(shape('ssh_disconnect', 'unknown', 'Disconnected from ', String.raw`Disconnected from ${party}${phase}`)),
  frequent(
    shape('ssh_disconnect', 'unknown', 'Connection closed by ', String.raw`Connection closed by ${party}${phase}`)
  ),
  shape('ssh_disconnect', 'unknown', 'Connection reset by ', String.raw`Connection reset by ${party}${phase}`),
  shape(
    'ssh_disconnect',
    'unknown',
    'Disconnecting',
    String.raw`Disconnecting(?: ${party})?: (?P<reason>\C*?)${phase}`
  ),
  shape('ssh_disconnect', 'unknown', 'Closing connection to ', String.raw`Closing connection to ${peerWithPort}`),
  shape(
    'ssh_disconnect',
    'unknown',
    'Timeout, client not responding',
    String.raw`Timeout, client not responding(?: from user (?P<user>\C*) ${peer})?\.?`,
    { reason: 'timeout' }
  ),
  shape(
    'ssh_disconnect',
    'unknown',
    'Close session: ',
    String.raw`Close session: user (?P<user>\C*) from ${peer} id (?P<session>[0-9]+)`
  ),
  shape(
    'ssh_disconnect',
    'unknown',
    'Transferred: ',
    String.raw`Transferred: sent (?P<sent>[0-9]+), received (?P<received>[0-9]+) bytes`
  ),
  shape(
    'ssh_connection',
    'unknown',
    'Connection from ',
    String.raw`Connection from ${peer}(?: on (?P<dst_ip>[^ ]+) port (?P<dst_port>[0-9]+))?(?: rdomain \C*)?`
  ),
  shape(
    'ssh_session',
    'success',
    'Starting session: ',
    String.raw`Starting session: (?P<session_kind>\C*) for (?P<user>\C*) from ${peer}(?: id (?P<session>[0-9]+))?`
  ),
  shape('ssh_session', 'success', 'User child is on pid ', String.raw`User child is on pid (?P<child_pid>[0-9]+)`),
  shape(
    'ssh_session',
    'success',
    'subsystem request for ',
    String.raw`subsystem request for (?P<session_kind>[^ ]+)(?: by user (?P<user>\C*))?`
  ),
  shape(
    'ssh_server',
    'unknown',
    'Server listening on ',
    String.raw`Server listening on (?P<dst_ip>[^ ]+) port (?P<dst_port>[0-9]+)\.?`
  ),
  shape('ssh_server', 'unknown', 'Received signal ', String.raw`Received (?P<reason>signal [0-9]+; terminating\.)`),
  shape('ssh_server', 'unknown', 'Received SIGHUP', String.raw`Received (?P<reason>SIGHUP; restarting\.)`),
  shape('ssh_server', 'unknown', 'error: Bind to port ', String.raw`error: (?P<reason>Bind to port \C*)`),
  shape(
    'ssh_server',
    'unknown',
    'error: Could not load host key',
    String.raw`error: (?P<reason>Could not load host key\C*)`
  ),
];
