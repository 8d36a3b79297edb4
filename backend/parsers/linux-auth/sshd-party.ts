/** What OpenSSH appends before a login. */
export const phase = String.raw`(?: \[(?P<phase>preauth|postauth)\])? *`;
/** Address and port of the other side. */
export const peer = String.raw`(?P<src_ip>[^ ]+) port (?P<src_port>[0-9]+)`;
/** The same where old versions leave the port out. */
export const peerWithPort = String.raw`(?P<src_ip>[^ ]+)(?: port (?P<src_port>[0-9]+))?`;
/** With an account the port always stands: without it a name that holds a blank could not be told from the address. */
export const party = String.raw`(?:(?:(?P<invalid_user>invalid )|authenticating )?user (?P<user>\C*) ${peer}|${peerWithPort})`;
