-- The line that the service sends itself each minute through its own door. No event: its arrival is what counts.
program = 'loglake-heartbeat'
