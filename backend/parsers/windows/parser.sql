-- Windows events as JSON or XML, and Sysmon for Linux. docs/reference/parsers.md, section windows, says what stands where.

-- step: _document
{{document}}

-- step: _json
if(startsWith(_document, '{'), _document, '')

-- step: _leaves
-- Path and JSON text of each value: objects are opened, six levels deep; arrays stay whole.
-- The bounds keep a hostile line from growing: paths repeat the names of the objects around them.
arrayFilter(p -> p.1 != '', arrayFold((acc, level) -> arraySlice(arrayFlatten(arrayMap(p -> if(startsWith(p.2, '{'), arrayMap(q -> (concat(p.1, '.', substring(q.1, 1, 129)), q.2), JSONExtractKeysAndValuesRaw(p.2)), [p]), acc)), 1, 600), range(6), [('', _json)]))

-- step: _xml
multiIf(_json = '', _document, startsWith(JSONExtractString(_json, 'SyslogMessage'), '<Event'), JSONExtractString(_json, 'SyslogMessage'), '')

-- step: _said_in_words
-- JSON text of the rendered message.
arrayFirst(p -> multiIf(length(p.2) < 3, 0, p.1 IN ('.Message', '.message', '.Event.RenderingInfo.Message')), _leaves).2

-- step: _elements
-- Elements without children: 1 name, 2 attributes, 3 '/' when it has no end tag, 4 text; the last may be cut.
extractAllGroupsVertical(splitByString('<RenderingInfo', _xml)[1], '<([A-Za-z][A-Za-z0-9_.-]{0,127})((?:\\s+[A-Za-z:_]+ *= *(?:"[^"]*"|\'[^\']*\'))*)\\s*(?:(/)>|>([^<]*)(?:</|$))')

-- step: _unnamed
arrayMap(e -> e[4], arrayFilter(e -> multiIf(e[1] != 'Data', 0, match(e[2], '\\sName *='), 0, 1), _elements))

-- step: _xml_pairs
arrayConcat(arrayFlatten(arrayMap(e -> multiIf(
        e[1] = 'Data', [(concat(extract(e[2], '\\sName *= *"([^"]*)"'), extract(e[2], '\\sName *= *\'([^\']*)\'')), e[4])],
        arrayConcat(if(e[3] = '', if(e[1] IN ('EventData', 'UserData'), [], [(e[1], e[4])]), []), arrayMap(a -> (concat(e[1], '_', a[1]), concat(a[2], a[3])), extractAllGroupsVertical(e[2], '([A-Za-z:_]+) *= *(?:"([^"]*)"|\'([^\']*)\')')))
    ), _elements)),
    if(empty(_unnamed), [], [('Data', arrayStringConcat(_unnamed, '\n'))]))

-- step: _of_data
-- The event's own values after those of its header, whatever the order in the line.
arrayMap(p -> match(p.1, '^\\.(?:Event\\.(?:EventData|UserData)|winlog\\.(?:event_data|user_data)|event_data|user_data)\\.'), _leaves)

-- step: _ordered
arrayConcat(
    arrayFilter((p, own) -> multiIf(own, 0, p.1 = '.SyslogMessage', _xml = '', p.1 NOT IN ('.Message', '.message', '.Event.RenderingInfo.Message')), _leaves, _of_data),
    arrayFilter((p, own) -> own, _leaves, _of_data))

-- step: _pairs
-- Name and value. Windows' own names without blanks; what Winlogbeat calls otherwise is called as Windows calls it.
arraySlice(arrayFilter(p -> if(p.1 = '', 0, NOT endsWith(p.1, '_xmlns')), arrayConcat(
    arrayMap(p -> (replaceAll(p.1, ' ', ''), toNullable(toValidUTF8(decodeXMLComponent(p.2)))), _xml_pairs),
    arrayMap(p -> (
        transform(replaceRegexpOne(replaceAll(replaceAll(replaceAll(p.1, '.#attributes.', '_'), '.#text', ''), ' ', ''), '^\\.(?:Event\\.(?:System\\.|EventData\\.|UserData\\.(?:[^.]+\\.)?)?|winlog\\.(?:event_data|user_data)\\.|(?:event_data|user_data)\\.)?', ''), {{beats_names}}, {{windows_names}}),
        multiIf(
            startsWith(p.2, '"'), toNullable(JSONExtractString(p.2)),
            p.2 = 'null', NULL,
            startsWith(p.2, '["'), arrayStringConcat(arrayMap(v -> if(startsWith(v, '"'), JSONExtractString(v), v), JSONExtractArrayRaw(p.2)), '\n'),
            p.2)
    ), _ordered)
)), 1, 512)

-- step: _said_names
arrayMap(p -> if(length(p.1) > 128, toValidUTF8(substring(p.1, 1, 128)), p.1), _pairs)

-- step: _channels
countEqual(_said_names, 'Channel')

-- step: _names
-- A name that the header and the data both have: the header keeps it, but for Channel (104 names the cleared log so).
arrayMap((name, n) -> multiIf(
    name = 'Channel', multiIf(n = 2, name, n > 2, concat('EventData.Channel.', toString(n)), _channels > 1, 'System.Channel', name),
    n = 1, name,
    n = 2, concat('EventData.', name),
    concat('EventData.', name, '.', toString(n))), _said_names, arrayEnumerateUniq(_said_names))

-- step: _values
arrayMap(p -> if(length(p.2) > 65536, toValidUTF8(substring(p.2, 1, 65536)), p.2), _pairs)

-- step: _v
-- What columns are made of: no empty values, no '-'.
mapFilter((k, v) -> v NOT IN ('', '-'), mapFromArrays(_names, arrayMap(v -> ifNull(v, ''), _values)))

-- step: _channel
lower(if(_v['System.Channel'] != '', _v['System.Channel'], _v['Channel']))

-- step: _service
transform(_channel, {{channels}}, {{channel_services}}, '')

-- step: _event
concat(_service, ' ', _v['EventID'])

-- step: _row
-- Number of the event's row in windows-logsources.yml, 0 for none.
transform(concat(_event, ' ', _v['EventType']), {{typed_events}}, {{typed_event_rows}}, transform(_event, {{events}}, {{event_rows}}, 0))

-- step: _logs_on
-- Who tries to log on, or has, is the account; the subject is the service that asks for it.
_event IN ('security 4624', 'security 4625', 'security 4634', 'security 4647', 'security 4768', 'security 4769', 'security 4770', 'security 4771', 'security 4776', 'security 4800', 'security 4801')

-- step: _image
arrayFirst(v -> v != '', [_v['Image'], _v['NewProcessName'], _v['SourceImage'], _v['ProcessName'], _v['Application']])

-- step: _provider
arrayFirst(v -> v != '', [_v['Provider_Name'], _v['SourceName'], _v['ProviderName']])

-- step: _computer
arrayFirst(v -> v != '', [_v['Computer'], _v['Hostname'], _v['HostName'], _v['ComputerName']])

-- step: _said_too
arrayFilter(p -> if(p.2 = '', 0, NOT has(_names, p.1)), arrayConcat(
    [('Provider_Name', _provider), ('Computer', _computer), ('EventRecordID', _v['RecordNumber'])],
    arrayMap(a -> (a.1, _v[a.2]), arrayElement({{also}}, _row + 1)),
    arrayMap(h -> (transform(upper(substringIndex(h, '=', 1)), ['MD5', 'SHA1', 'SHA256', 'IMPHASH'], ['md5', 'sha1', 'sha256', 'Imphash'], 'Hashes'), substring(h, position(h, '=') + 1)), splitByChar(',', _v['Hashes'], 8))
))

-- step: _rendered
if(_said_in_words != '', JSONExtractString(_said_in_words), toValidUTF8(decodeXMLComponent(extract(_xml, '<RenderingInfo\\C*?<Message>([^<]*)</Message>'))))

-- step: _keywords
lower(concat(_v['Keywords'], ' ', _v['EventType'], ' ', _v['event.outcome']))

-- column: product
transform(_channel, {{other_channels}}, {{other_products}}, 'windows')

-- column: category
arrayElement({{row_categories}}, _row + 1)

-- column: service
_service

-- column: ts_text
-- The first that is there; TimeCreated and EventTime only with a zone, for without one they are local time: UtcTime is better.
replaceRegexpOne(arrayFirst((v, zoned) -> multiIf(v = '', 0, zoned = 0, 1, match(v, '(?:Z|UTC|[+-][0-9][0-9]:?[0-9][0-9])$')),
    [_v['TimeCreated_SystemTime'], _v['TimeCreated'], _v['EventTime'], _v['UtcTime'], _v['@timestamp'], _v['TimeCreated'], _v['EventTime'], _time, envelope_time],
    [0, 1, 1, 0, 0, 0, 0, 0, 0]), ' ?UTC$', 'Z')

-- column: host
nullIf(if(_computer != '', _computer, hostname), '')

-- column: src_ip
arrayFirst(v -> isNotNull(toIPv6OrNull(v)), [_v['SourceIp'], _v['SourceAddress'], _v['IpAddress'], _v['ClientAddress'], NULL])

-- column: dst_ip
arrayFirst(v -> isNotNull(toIPv6OrNull(v)), [_v['DestinationIp'], _v['DestAddress'], NULL])

-- column: src_port
nullIf(arrayFirst(v -> v != '', [_v['SourcePort'], _v['IpPort']]), '')

-- column: dst_port
nullIf(arrayFirst(v -> v != '', [_v['DestinationPort'], _v['DestPort']]), '')

-- column: protocol
nullIf(transform(lower(_v['Protocol']), ['1', '6', '17', '58'], ['icmp', 'tcp', 'udp', 'ipv6-icmp'], lower(_v['Protocol'])), '')

-- column: user
nullIf(arrayFirst(v -> v != '', [if(_logs_on, _v['TargetUserName'], ''), _v['User'], _v['SubjectUserName'], _v['SourceUser'], _v['DetectionUser'], if(_service = 'sysmon', '', _v['winlog.user.name'])]), '')

-- column: target_user
-- In events about members TargetUserName is the group.
nullIf(arrayFirst(v -> v != '', [_v['MemberName'], _v['MemberSid'], _v['TargetUserName'], _v['TargetUser']]), '')

-- column: program
nullIf(arrayElement(splitByRegexp('[\\\\/]', _image), -1), '')

-- column: pid
nullIf(arrayFirst(v -> v != '', [_v['NewProcessId'], _v['ProcessId'], _v['SourceProcessId'], _v['ProcessID']]), '')

-- column: action
nullIf(arrayElement({{row_actions}}, _row + 1), '')

-- column: outcome
multiIf(
    arrayElement({{row_outcomes}}, _row + 1) != '', arrayElement({{row_outcomes}}, _row + 1),
    match(_keywords, '0x8020000000000000|-9214364837600034816|audit.success|\\bsuccess'), 'success',
    match(_keywords, '0x8010000000000000|-9218868437227405312|audit.failure|\\bfailure'), 'failure',
    'unknown'
)

-- column: dns_query
nullIf(_v['QueryName'], '')

-- column: process_image
nullIf(_image, '')

-- column: command_line
nullIf(_v['CommandLine'], '')

-- column: message
if(_rendered != '', _rendered, concat('Event ', _v['EventID'], if(_provider = '', '', concat(' of ', _provider)), if(_channel = '', '', concat(' in ', if(_v['System.Channel'] != '', _v['System.Channel'], _v['Channel'])))))

-- column: fields
mapConcat(_fields, CAST(mapFromArrays(arrayConcat(_names, arrayMap(p -> p.1, _said_too)), arrayConcat(_values, arrayMap(p -> toNullable(p.2), _said_too))), 'Map(LowCardinality(String), Nullable(String))'))
