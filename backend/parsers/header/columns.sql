-- What the header alone says of an event; a parser replaces what it knows better. A column named nowhere is NULL, or '' where it may not be.

-- column: ts_text
if(_time = '', envelope_time, _time)

-- column: severity
_pri % 8

-- column: facility
intDiv(_pri, 8)

-- column: host
nullIf(hostname, '')

-- column: program
nullIf(toString(program), '')

-- column: pid
if(_pid IN ('', '-'), NULL, _pid)

-- column: process_image
multiIf(NOT _tagged, NULL, startsWith(_tag[3], '/'), _tag[3], NULL)

-- column: message
_message

-- column: fields
_fields
