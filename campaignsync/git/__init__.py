"""The git command line: checks, commits, pushes. Does I/O.

`runner` starts git; `worktree`, `objects`, `branch`, `upstream` and `pushing` are functions over it;
`repository` puts them together as the sync's port. Needs git 2.29 (``fetch --no-write-fetch-head``).
"""

from campaignsync.git.pushing import PushRefused
from campaignsync.git.repository import GitRepository, open_repository
from campaignsync.git.upstream import Ahead

__all__ = ["Ahead", "GitRepository", "PushRefused", "open_repository"]
