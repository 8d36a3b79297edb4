-- The event's time from `_time_text`: `Mmm dd [yyyy] hh:mm:ss[.f] [yyyy]`, `yyyy-mm-ddThh:mm:ss[.f][zone]` or `dd/Mmm/yyyy:hh:mm:ss zone`.
-- The engine's parser refuses 30 February but accepts 25:61:61, and would guess a missing year from its own clock: both are seen to here.

-- step: _dated
-- Year first; a blank in its place where the line has none; '' where a clock cannot read it.
multiIf(
    NOT match(_time_text, '[T :](?:[01]?[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.,][0-9]+)?(?: ?[+-](?:0[0-9]|1[0-4]):?[0-5][0-9]| (?:19|20)[0-9][0-9]|[Zz])?$'), '',
    match(_time_text, '^[A-Za-z]'), replaceOne(replaceRegexpOne(_time_text, '^([A-Za-z]+) +([0-9]+) (?:([0-9]{4}) )?([0-9:.,]+)(?: ([0-9]{4}))?$', '\\3\\5 \\1 \\2 \\4'), ',', '.'),
    position(_time_text, '/') > 0, replaceRegexpOne(_time_text, '^([0-9]+)/([A-Za-z]+)/([0-9]+):([0-9:]+) *([+-][0-9]+)$', '\\3 \\2 \\1 \\4 \\5'),
    replaceOne(_time_text, ',', '.')
)

-- step: _near
multiIf(_time = '', received_at, envelope_time = '', received_at, ifNull(parseDateTime64BestEffortOrNull(envelope_time, 3, 'UTC'), received_at))

-- step: _this_year
parseDateTime64BestEffortOrNull(if(startsWith(_dated, ' '), concat(toString(toYear(_near)), _dated), _dated), 3, 'UTC')

-- step: _ts
-- The year nearest to `_near`: another one when this year's date is more than half a year away.
multiIf(
    NOT startsWith(_dated, ' '), _this_year,
    _this_year > _near + INTERVAL 183 DAY, parseDateTime64BestEffortOrNull(concat(toString(toYear(_near) - 1), _dated), 3, 'UTC'),
    _this_year < _near - INTERVAL 183 DAY, parseDateTime64BestEffortOrNull(concat(toString(toYear(_near) + 1), _dated), 3, 'UTC'),
    _this_year
)

-- step: _quality
multiIf(_time_text = '', 'missing', isNull(_ts), 'unreadable', toYear(_ts) < 1900, 'unreadable', _ts > received_at + INTERVAL 24 HOUR, 'future', startsWith(_dated, ' '), 'year_inferred', 'exact')

-- column: ts_quality
_quality

-- column: ts
multiIf(_quality = 'exact', assumeNotNull(_ts), _quality = 'year_inferred', assumeNotNull(_ts), received_at)
