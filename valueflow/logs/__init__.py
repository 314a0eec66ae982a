"""Event logs of other systems: reading them, and the figures that can be mined from them.

Pure: no Django, no database. A file comes in as a path, a :class:`~valueflow.logs.frame.LogFrame`
goes out; every question about it is a function in ``mining``, ``cases`` or ``flow``.
"""
