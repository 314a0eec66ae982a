"""PostgreSQL and Valkey as child processes, and the ``up`` command that runs everything.

Nothing here knows a domain word, reads the environment or imports settings: callers pass in where
the data lives. Linux only, because dying with one's parent is a Linux service (prctl).
"""
