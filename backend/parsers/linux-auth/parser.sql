-- Lines of sshd, sudo, su, PAM, account tools and login: the shapes are data (sshd-login.ts, sshd-connection.ts, pam.ts, account.ts).

-- include linux-auth/line.sql

-- step: _names
{{shape_names}}

-- step: _v
{{shape_values}}

-- step: _repeated
if(startsWith(_message, 'message repeated '), extract(_message, '^message repeated ([0-9]+) times'), '')

-- step: _pam
if(startsWith(_line, 'pam_'), extractGroups(_line, '^(pam_[a-z0-9_]+)\\(([^:)]*):?([^)]*)\\)'), if(_is_pam, ['pam_unix', _base, ''], emptyArrayString()))

-- step: _is_address
match(_v['src_ip'], '^[0-9.]+$|:')

-- step: _user
-- PAM names who asks (ruser) and who is asked for (user); sshd says "session opened for", and by whom only when it is somebody.
concat(_v['user'], _v['user_too'])

-- step: _pam_user
if(_v['ruser'] != '', _v['ruser'], _v['pam_user'])

-- step: _session_user
if(_v['by_user'] != '', _v['by_user'], _v['for_user'])

-- step: _more
mapFilter((k, v) -> if(v = '', 0, k NOT IN ('user', 'user_too', 'pam_user', 'by_user', 'for_user', 'target_user', 'src_ip', 'src_port', 'dst_ip', 'dst_port', 'command_line', 'invalid_user', 'invalid_user_too', 'pam_service_too')),
    mapConcat(_v, map(
        'invalid', if(concat(_v['invalid_user'], _v['invalid_user_too']) != '', 'true', ''),
        'src_host', if(_is_address, '', _v['src_ip']),
        'repeated', _repeated,
        'pam_module', _pam[1],
        'pam_service', concat(_pam[2], _v['pam_service_too']),
        'pam_type', _pam[3]
    )))

-- column: product
'linux'

-- column: category
'authentication'

-- column: service
multiIf(_base IN ('sshd-session', 'sshd-auth'), 'sshd', _base IN ({{auth_programs}}), _base, 'pam')

-- column: program
nullIf(_base, '')

-- column: src_ip
if(_is_address, _v['src_ip'], NULL)

-- column: src_port
nullIf(_v['src_port'], '')

-- column: dst_ip
nullIf(_v['dst_ip'], '')

-- column: dst_port
nullIf(_v['dst_port'], '')

-- column: user
nullIf(multiIf(_user != '', _user, _pam_user != '', _pam_user, _session_user), '')

-- column: target_user
nullIf(multiIf(
    _v['target_user'] != '', _v['target_user'],
    _v['ruser'] = '', _v['for_user'],
    _v['pam_user'] != _v['ruser'], _v['pam_user'],
    ''
), '')

-- column: action
{{shape_action}}

-- column: outcome
{{shape_outcome}}

-- column: command_line
nullIf(_v['command_line'], '')

-- column: fields
mapConcat(_fields, CAST(mapFromArrays(arrayMap(k -> if(k = 'invalid', 'invalid_user', k), mapKeys(_more)), mapValues(_more)), 'Map(LowCardinality(String), Nullable(String))'))
