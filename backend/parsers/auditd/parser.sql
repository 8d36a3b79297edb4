-- Linux audit records, one event each. The kernel writes a value in quotes, or in hexadecimal where it holds a blank, a quote or
-- a control byte; programs write their part in msg='...'; auditd may add the ids' names behind a byte 1D (log_format = ENRICHED).

-- step: _record
-- 1 all, 2 node, 3 type, 4 seconds, 5 milliseconds, 6 serial number; all empty in journald's form.
extractGroups(substring(_message, 1, 1024), '{{record_head}}')

-- step: _short
if(_record[1] = '', extract(_message, '^([A-Z][A-Z0-9_]{1,63}) '), '')

-- step: _type
multiIf(_short != '', _short, match(_record[3], '[A-Z]$'), _record[3], transform(toUInt16OrZero(extract(_record[3], '([0-9]+)\\]?$')), {{type_numbers}}, {{type_names}}, _record[3]))

-- step: _text
concat(' ', substring(_message, length(_record[1]) + length(_short) + 1, 65536))

-- step: _apart
-- Collectors lose the byte 1D, or write #035 for it: the names' part is all in capitals, to the end of the line.
multiIf(
    position(_text, '\x1d') > 0, replaceAll(_text, '\x1d', ' '),
    multiSearchAny(_text, ['ARCH=', 'ID="', 'SADDR=']), replaceOne(replaceRegexpOne(_text, '^(\\C*["\')}a-z0-9?])((?:ARCH|SADDR|[A-Z_-]*ID)=(?:"[^"]*"|\\{[^}]*\\}|[^ "{]+)(?: [A-Z_-]+=(?:"[^"]*"|\\{[^}]*\\}|[^ "{]+))* *)$', '\\1 \\2'), '#035 ', ' '),
    _text
)

-- step: _whole
-- A long argument comes in parts (a1[0]=, a1[1]=): one value, but for parts in a record of their own.
if(_type != 'EXECVE', _apart, if(position(_apart, ']=') = 0, _apart, replaceRegexpAll(replaceRegexpAll(_apart, '(?:"|([0-9A-F])) a[0-9]+\\[[1-9][0-9]*\\]=(?:"|([0-9A-F]))', '\\1\\2'), ' (a[0-9]+)\\[[0-9]+\\]=', ' \\1=')))

-- step: _pairs
-- 1 name, 2 quoted value, 3 or 4 value without quotes: the words to the next name (op=adding user id=1004).
arraySlice(extractAllGroupsVertical(
    replaceOne(replaceOne(_whole, ' msg=\'', ' '), ' SADDR={', ' '),
    '([A-Za-z_][A-Za-z0-9_\\[\\]-]{0,127})=(?:"([^"]*)"|([0-9][^ "\']*|(?:[^ "\']+(?: [A-Za-z0-9/][^ ="\']*)*)?)(?:[ \']|$)|([^ "\']*))'), 1, 512)

-- step: _said
arrayMap(p -> p[1], _pairs)

-- step: _bare
-- Values without quotes: of (hostname=?, addr=? res=success) neither the comma nor the bracket.
arrayMap(p -> if(position(p[3], '(') = 0, trimRight(concat(p[3], p[4]), ',)'), concat(p[3], p[4])), _pairs)

-- step: _values
arrayMap((p, v) -> multiIf(
    p[2] != '', p[2],
    if(p[1] IN ({{encoded}}), 0, if(_type = 'EXECVE', NOT match(p[1], '^a[0-9]+$'), 1)), v,
    NOT match(v, '^(?:[0-9A-F][0-9A-F])+$'), v,
    if(p[1] = 'data', 0, NOT match(v, '{{encoded_value}}')), v,
    p[1] = 'key', toValidUTF8(replaceAll(unhex(v), '\x01', '\n')),
    toValidUTF8(replaceAll(replaceRegexpOne(unhex(v), '\\x00+$', ''), '\0', ' '))
), _pairs, _bare)

-- step: _v
-- What columns are made of: nothing that stands for no value.
mapFilter((k, v) -> v NOT IN ('', '?', '(null)', '(none)', '(unknown)', '(unknown user)', '(invalid user)', 'unset'), mapFromArrays(_said, _values))

-- step: _arch
transform(_v['arch'], ['c000003e', 'c00000b7', '40000003'], ['x86_64', 'aarch64', 'i386'], _v['arch'])

-- step: _syscall
multiIf(
    NOT match(_v['syscall'], '^[0-9]{1,3}$'), _v['syscall'],
    transform(toUInt16OrZero(_v['syscall']) + transform(_arch, ['x86_64', 'aarch64', 'i386'], [0, 1000, 2000], 9000), range(3000), {{syscalls}}, '')
)

-- step: _also
arrayFilter(p -> if(p.2 = '', 0, NOT has(_said, p.1)), [('ARCH', _arch), ('SYSCALL', _syscall)])

-- step: _own
arrayFilter(p -> p.2 != '', [('type', _type), ('sequence', _record[6]), ('node', _record[2])])

-- step: _names
arrayConcat(arrayMap(p -> p.1, _own), _said, arrayMap(p -> p.1, _also))

-- step: _login
-- Who logged in, whoever they are now. Names only, here and below: numbers are in fields.
arrayFirst(v -> if(v = '', 0, NOT match(v, '^-?[0-9]+$')), [_v['AUID'], _v['auid']])

-- step: _changes
_type IN ({{account_types}}, {{group_types}})

-- step: _result
lower(arrayFirst(v -> v != '', [_v['res'], _v['success'], _v['result'], _v['apparmor'], extract(_text, '^ +avc: +(denied|granted) ')]))

-- column: product
'linux'

-- column: service
'auditd'

-- column: ts_text
multiIf(_record[4] != '', concat(replaceOne(toString(fromUnixTimestamp64Milli(toInt64OrZero(concat(_record[4], _record[5])), 'UTC')), ' ', 'T'), 'Z'), _time != '', _time, envelope_time)

-- column: host
nullIf(if(_record[2] != '', _record[2], hostname), '')

-- column: program
nullIf(if(_v['comm'] != '', _v['comm'], arrayElement(splitByChar('/', _v['exe']), -1)), '')

-- column: pid
nullIf(multiIf(_v['pid'] != '', _v['pid'], _short != '', _pid, ''), '')

-- column: process_image
nullIf(_v['exe'], '')

-- column: command_line
nullIf(multiIf(
    _type = 'EXECVE', arrayStringConcat(arrayFilter((v, k) -> match(k, '^a[0-9]+$'), _values, _said), ' '),
    _v['cmd'] != '', _v['cmd'],
    _v['proctitle']
), '')

-- column: user
nullIf(arrayFirst(v -> if(v = '', 0, NOT match(v, '^-?[0-9]+$')), [_login, if(_changes, '', _v['acct']), _v['user'], _v['UID'], _v['uid']]), '')

-- column: target_user
nullIf(multiIf(
    _type IN ({{group_types}}), '',
    _changes, if(_v['acct'] != '', _v['acct'], _v['ID']),
    _login NOT IN ('', _v['acct']), _v['acct'],
    ''
), '')

-- column: src_ip
arrayFirst(v -> isNotNull(toIPv6OrNull(v)), [_v['addr'], _v['src'], _v['saddr'], NULL])

-- column: src_port
nullIf(if(_v['rport'] != '', _v['rport'], _v['sport']), '')

-- column: dst_ip
-- laddr of a SOCKADDR is the peer's, or one's own: it does not say.
arrayFirst(v -> isNotNull(toIPv6OrNull(v)), [_v['dst'], _v['daddr'], if(_type = 'SOCKADDR', '', _v['laddr']), NULL])

-- column: dst_port
nullIf(multiIf(_v['dport'] != '', _v['dport'], _type = 'SOCKADDR', '', _v['lport']), '')

-- column: action
lower(_type)

-- column: outcome
multiIf(_result IN ('success', 'yes', '1', 'granted', 'allowed'), 'success', _result IN ('failed', 'fail', 'no', '0', 'denied'), 'failure', 'unknown')

-- column: fields
mapConcat(_fields, CAST(mapFromArrays(
    arrayMap((k, n) -> if(n = 1, k, concat(k, '.', toString(n))), _names, arrayEnumerateUniq(_names)),
    arrayConcat(arrayMap(p -> p.2, _own), _values, arrayMap(p -> p.2, _also))
), 'Map(LowCardinality(String), Nullable(String))'))
