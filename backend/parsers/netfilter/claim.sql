-- The LOG target always writes IN=, then SRC=, DST= and PROTO=; pve-firewall leaves an empty IN= out.
position(raw, ' SRC=') > 0 AND position(raw, ' DST=') > 0 AND position(raw, ' PROTO=') > 0
    AND match(_message, '^(?:\\[ *[0-9.]+\\] ?)?(?:[^"]|"[^"]*")*?(?:(?:^|[^A-Za-z])IN=[^ ]* (?:OUT=[^ ]* |PHYSIN=[^ ]* |PHYSOUT=[^ ]* |MAC=[^ ]* )*|[0-9] [^ ]+ [0-9]{2}/[A-Za-z]{3}/[0-9]{4}:[^"]*: (?:OUT=[^ ]* |PHYSIN=[^ ]* |PHYSOUT=[^ ]* |MAC=[^ ]* )+)SRC=[^ ]+ DST=[^ ]+ ')
