"""Files beside the definitions and the state, as offline commands read them. Does I/O."""

import os

from campaignsync.commands.project import Project
from campaignsync.config import RunOptions
from campaignsync.definitions.files import read


def content_of(project: Project, options: RunOptions, file: str, *, commit: str | None) -> bytes | None:
    """Return what a file in the folder, or in a commit, holds; None where there is none.

    Raises:
        UnreadableError: It can't be read.
        GitError: Git can't read the commit.
    """
    path = project.root / file
    if commit is None:
        return read(path) if os.path.lexists(path) else None
    inside = project.layout.inside(path) if project.layout else None
    if inside is None:
        return None
    # Only where a commit was named: git takes longer to import than many files take to read.
    import anyio

    from campaignsync.commands.recording import committed_file

    return anyio.run(committed_file, project, options, commit, inside)
