-- The header of a syslog line, as steps: each is an expression over raw_log's columns and the steps before it.
-- In the views they are aliases; in the DEFAULTs of raw_log, where no alias may stand, they are inlined.
-- No step throws, whatever the bytes: a missing group is ''. `\C` is any byte, invalid UTF-8 too.
-- Conditions are written with if and multiIf: the planner's optimiser of AND and OR takes most of its time, for every insert.

-- step: _head
-- 1 all, 2 PRI, 3 VERSION, 4 and 5 time and host (RFC 5424, section 6), 6 time (RFC 3164, section 4.1.2, or ISO 8601),
-- 7 UniFi device in the host's place, 8 host.
extractGroups(substring(raw, 1, 1024), '^((?:<([-0-9 ]*)>)? ?(?:([1-9][0-9]?[0-9]?) (-|[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[^ ]*) ([^ ]+)(?: |$)|(?:([A-Za-z][A-Za-z][A-Za-z] +[0-9][0-9]? (?:[0-9][0-9][0-9][0-9] )?[0-9][0-9]?:[0-9][0-9]:[0-9][0-9](?:[.,][0-9]+)?(?: (?:19|20)[0-9][0-9])?|[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][T ][0-9][0-9]:[0-9][0-9]:[0-9][0-9](?:[.,][0-9]+)?(?:Z|[+-][0-9][0-9]:?[0-9][0-9])?)(?::? +|:?$)(?:(\\(?"?(?:[A-Za-z0-9._-]+,)?[0-9a-fA-F]{12},[A-Za-z0-9._+-]+"?\\)?):? +|([^ :,;|="<>\\[\\](){}]+(?::+[^ :,;|="<>\\[\\](){}]+)*)(?: +|$))?)?))')

-- step: _host
multiIf(_head[3] != '', if(_head[5] = '-', '', _head[5]), _head[7] != '', replaceRegexpOne(_head[7], '^\\(?"?([^,"]*)\\C*$', '\\1'), length(_head[8]) <= 255, _head[8], '')

-- step: _rest
-- What follows the host; UniFi gateways write the host twice.
multiIf(_head[8] = '', substring(raw, length(_head[1]) + 1), startsWith(substring(raw, length(_head[1]) + 1), concat(_head[8], ' ')), substring(raw, length(_head[1]) + length(_head[8]) + 2), substring(raw, length(_head[1]) + 1))

-- step: _tag
-- 1 all, 2 UniFi device (mac,model-version), 3 tag or APP-NAME, 4 pid or PROCID, 5 pid of a tag without colon, 6 MSGID, 7 STRUCTURED-DATA.
if(_head[3] != '',
   extractGroups(substring(_rest, 1, 8192), '^(()([^ ]+)(?: ([^ ]+)()(?: ([^ ]+)(?: (-|(?:\\[[^ \\]="]+(?: +[^ \\]="]+="(?:[^"\\\\\\]]|\\\\\\C)*")*\\])+)(?: |$))?)?)? ?(?:\\x{FEFF})?)'),
   extractGroups(substring(_rest, 1, 512), '^((?:([0-9a-fA-F]{12},[^ :]+):? +(?:: +)?)?(?:([^ \\[\\]:,;|="<>{}]+)(?:\\[([^ \\[\\]]+)\\]:|\\[([0-9]+)\\]|:)(?: +|$))?)'))

-- step: _tagged
-- A word and a colon is a tag only where something says that it is a header: a PRI, a time, a pid or a device.
concat(_head[1], _tag[2], _tag[4], _tag[5]) != ''

-- step: _app
multiIf(NOT _tagged, '', _tag[3] = '-', '', length(_tag[3]) > 128, '', startsWith(_tag[3], '/'), arrayElement(splitByChar('/', _tag[3]), -1), _tag[3])

-- step: _message
if(_tagged, substring(_rest, length(_tag[1]) + 1), _rest)

-- step: _pri
-- 0 to 191 without leading zeros (RFC 5424, section 6.2.1); anything else says no severity.
if(match(_head[2], '^(?:0|[1-9][0-9]?|1[0-8][0-9]|19[01])$'), toUInt8OrNull(_head[2]), NULL)

-- step: _time
concat(_head[6], if(_head[4] = '-', '', _head[4]))

-- step: _pid
concat(_tag[4], _tag[5])

-- step: _device
concat(_head[7], _tag[2])

-- step: _fields
-- What RFC 5424 and UniFi headers say beyond the columns: structured data as <SD-ID>.<PARAM>, msgid, the device.
if(concat(_head[3], _device) = '', CAST(map(), 'Map(LowCardinality(String), Nullable(String))'), CAST(arrayFilter(p -> if(p.2 != '', 1, position(p.1, '.') > 0), arrayConcat(
    arrayFlatten(arrayMap(
        e -> arrayMap(p -> (concat(e[1], '.', p[1]), replaceRegexpAll(p[2], '\\\\(["\\\\\\]])', '\\1')), extractAllGroupsVertical(e[2], ' +([^ \\]="]+)="((?:[^"\\\\\\]]|\\\\\\C)*)"')),
        extractAllGroupsVertical(_tag[7], '\\[([^ \\]="]+)((?: +[^ \\]="]+="(?:[^"\\\\\\]]|\\\\\\C)*")*)\\]'))),
    [
        ('msgid', if(_tag[6] = '-', '', _tag[6])),
        ('device_mac', lower(replaceRegexpOne(extract(_device, '(?:^|[(",])([0-9a-fA-F]{12}),'), '^(..)(..)(..)(..)(..)(..)$', '\\1:\\2:\\3:\\4:\\5:\\6'))),
        ('device_model', if(_tag[2] != '', extract(_device, ',(\\C*)-[0-9][^-]*$'), extract(_device, '([^,"(]*),[0-9a-fA-F]{12},'))),
        ('device_firmware', if(_tag[2] != '', extract(_device, '-([0-9][^-]*)$'), extract(_device, ',v?([^,")]*)"?\\)?$')))
    ])), 'Map(LowCardinality(String), Nullable(String))'))
