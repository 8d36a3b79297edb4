-- The text that the shapes describe: without the repetition that rsyslog folds, without PAM's module(service:type).

-- step: _base
if(endsWith(program, ')'), substringIndex(program, '(', 1), toString(program))

-- step: _line
trimBoth(if(startsWith(_message, 'message repeated '), extract(_message, '^message repeated [0-9]+ times: \\[ ?(\\C*)\\] *$'), _message), ' \r\n\0')

-- step: _is_pam
if(startsWith(_line, 'pam_'), 1, endsWith(program, '(pam_unix)'))

-- step: _family
if(_is_pam, 'pam', {{family_of_program}})

-- step: _text
-- A user's name comes first in sudo's lines: they have no first word.
multiIf(_family = 'sudo', concat(' ', _line), startsWith(_line, 'pam_'), replaceRegexpOne(_line, '^pam_[a-z0-9_]+\\([^)]*\\): ', ''), _line)

-- step: _key
concat(_family, ' ', _text)

-- step: _number
-- A line break or separator is never sshd's: it is somebody's forged line.
multiIf(_family = '', 0, match(_line, '[\n\x1f]'), 0, {{shape_number}})
