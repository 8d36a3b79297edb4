-- A record as auditd writes it, as audispd and the kernel send it on, or as journald does (program audit, no time).
multiIf(
    position(raw, 'audit(') > 0, match(_message, '{{record_head}}'),
    program = 'audit', match(_message, '^[A-Z][A-Z0-9_]{1,63} (?:[^=]*[ (])?[A-Za-z0-9_-]+='),
    0)
