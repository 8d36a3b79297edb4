-- iptables and nftables LOG lines, whatever their prefix (Netfilter nf_log_syslog.c writes the pairs, the rule's author the prefix).

-- step: _quoted
-- A quoted DESCR= may hold text that looks like pairs: they begin after it.
if(position(_message, 'DESCR="') > 0, position(_message, '"', position(_message, 'DESCR="') + 7), 0)

-- step: _pve
if(match(_message, '^[0-9]+ [0-9] [^ ]+ [0-9]{2}/'), extractGroups(_message, '^([0-9]+) ([0-9]) ([^ ]+) ([0-9]{2}/[A-Za-z]{3}/[0-9]{4}:[0-9:]+ [+-][0-9]{4}) (?:([^:]*): )?'), emptyArrayString())

-- step: _before
multiIf(
    match(substring(_message, _quoted + 1), '(?:^|[^A-Za-z])IN='), position(_message, extract(substring(_message, _quoted + 1), '((?:^|[^A-Za-z])IN=)'), _quoted + 1),
    position(_message, ' OUT=', _quoted + 1)
)

-- step: _start
if(substring(_message, _before, 3) = 'IN=', _before, _before + 1)

-- step: _body
-- The kernel cuts its lines near 1 KiB; the bound keeps the number of pairs below the engine's limit.
substringIndex(substring(_message, _start, 2048), '[', 1)

-- step: _pairs
extractKeyValuePairs(_body, '=', ' ', '"')

-- step: _prefix
trimBoth(replaceRegexpOne(substring(_message, 1, _start - 1), '^\\[ *[0-9.]+\\] ?', ''))

-- step: _said
if(_quoted > 0, splitByString('DESCR="', _prefix)[1], _prefix)

-- step: _rule
if(startsWith(_said, '['), extractGroups(_said, '^\\[(\\C+?)-(?:(A|D|R|RET|ACCEPT|DROP|REJECT|RETURN)-([0-9]+|default)|([0-9]+|default)-(A|D|R|RET|ACCEPT|DROP|REJECT|RETURN))\\]'), emptyArrayString())

-- step: _letter
concat(_rule[2], _rule[5])

-- step: _words
lower(if(length(_pve) > 0, _pve[5], _said))

-- step: _action
multiIf(
    _letter IN ('A', 'RET', 'ACCEPT', 'RETURN'), 'allow',
    _letter IN ('D', 'DROP'), 'deny',
    _letter IN ('R', 'REJECT'), 'reject',
    _words = '', NULL,
    position(_words, 'reject') > 0, 'reject',
    match(_words, 'drop|block|den(?:y|ied)|discard'), 'deny',
    position(_words, 'audit') > 0, 'audit',
    match(_words, 'accept|allow|permit|(?:^|[^a-z])(?:acc|pass)(?:$|[^a-z])'), 'allow',
    NULL
)

-- step: _flags
arrayFilter(t -> t IN ('CWR', 'ECE', 'URG', 'ACK', 'PSH', 'RST', 'SYN', 'FIN'), splitByChar(' ', _body))

-- step: _keys
mapKeys(_pairs)

-- step: _named
-- A UDP line has two LEN: of the packet, then of the datagram.
mapFromArrays(arrayMap((k, n) -> if(n = 1, k, concat(_pairs['PROTO'], '_', k)), _keys, arrayEnumerateUniq(_keys)), mapValues(_pairs))

-- step: _said_too
mapFilter((k, v) -> v != '', map(
    'prefix', _prefix,
    'direction', multiIf(_pairs['IN'] = '', 'outbound', _pairs['OUT'] = '', 'inbound', 'forward'),
    'tcp_flags', arrayStringConcat(_flags, ' '),
    'rule_chain', if(length(_pve) > 0, _pve[3], _rule[1]),
    'rule_index', concat(_rule[3], _rule[4]),
    'rule_action', if(length(_pve) > 0, _pve[5], _letter),
    'DESCR', if(_quoted > 0, extract(_prefix, 'DESCR="([^"]*)"'), ''),
    'rule_name', if(_quoted > 0, extract(_prefix, 'DESCR="([^"]*)"'), ''),
    'vmid', _pve[1],
    'loglevel', _pve[2]
))

-- column: product
'linux'

-- column: category
'firewall'

-- column: service
'netfilter'

-- column: ts_text
multiIf(_time != '', _time, length(_pve) > 0, _pve[4], envelope_time)

-- column: program
-- The LOG target writes to the kernel's log, also where a gateway leaves the tag out.
multiIf(program != '', toString(program), length(_pve) > 0, NULL, 'kernel')

-- column: src_ip
nullIf(_pairs['SRC'], '')

-- column: dst_ip
nullIf(_pairs['DST'], '')

-- column: src_port
nullIf(_pairs['SPT'], '')

-- column: dst_port
nullIf(_pairs['DPT'], '')

-- column: dst_mac
if(length(_pairs['MAC']) >= 35, substring(_pairs['MAC'], 1, 17), NULL)

-- column: src_mac
if(length(_pairs['MAC']) >= 35, substring(_pairs['MAC'], 19, 17), NULL)

-- column: protocol
nullIf(lower(_pairs['PROTO']), '')

-- column: action
_action

-- column: outcome
multiIf(_action = 'allow', 'success', _action IN ('deny', 'reject'), 'failure', 'unknown')

-- column: fields
mapConcat(_fields, CAST(mapConcat(_named, _said_too), 'Map(LowCardinality(String), Nullable(String))'))
