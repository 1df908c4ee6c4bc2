"""Git as a database, and the folder as the plain alternative: snapshots in, commits out. Does I/O.

`runner` starts git, `objects` reads and makes what it keeps. `remote_branch`, `local_branch` and `folder` are
the three places where a run reads and records. `layout` finds the repository's folders; `disk` and
`journal_file` keep the lock and the journal in git's common folder.

Needs git 2.29 (``fetch --no-write-fetch-head``).
"""
