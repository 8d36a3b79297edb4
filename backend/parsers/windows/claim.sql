-- JSON: EVTX, Winlogbeat 7 and 8, Winlogbeat 6, flat, Sysmon for Linux as Azure writes it; or the XML of an event.
-- XML may be cut behind its Channel: syslog cuts long command lines, which are the ones to see.
multiIf(
    NOT match(_message, '^(?:\\x{FEFF})?\\s*(?:\\{|(?:- *)?<Event[\\s>])'), 0,
    NOT multiSearchAny(_message, ['EventID', 'event_id']), 0,
    arrayExists(d -> multiIf(
        NOT startsWith(d, '{'), match(d, '^(?:- *)?<Event(?:\\s[^>]*)?>[\\s-]*<System>\\C*<EventID[^>]*>[0-9]+</EventID>\\C*<Channel>'),
        JSONHas(d, 'Event', 'System', 'EventID'), 1,
        JSONHas(d, 'winlog', 'event_id'), 1,
        JSONHas(d, 'EventID'), JSONHas(d, 'Channel'),
        JSONHas(d, 'event_id'), JSONHas(d, 'log_name'),
        match(JSONExtractString(d, 'SyslogMessage'), '^<Event(?:\\s[^>]*)?>\\s*<System>\\C*<EventID[^>]*>[0-9]+</EventID>\\C*<Channel>')
    ), [{{document}}])
)
