-- Header only. Programs of linux-auth keep their log source, so that keyword rules see the lines that no parser understands.

-- column: product
if(program IN ({{auth_programs}}), 'linux', '')

-- column: service
if(program IN ({{auth_programs}}), if(program IN ('sshd-session', 'sshd-auth'), 'sshd', assumeNotNull(program)), '')
