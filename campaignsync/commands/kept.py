"""What a clone knows to be created and claimed: its folder's state file, and its journal. Does I/O."""

from campaignsync.commands.project import Project
from campaignsync.config import RunOptions
from campaignsync.protocol.journal import Replay, replay
from campaignsync.repository.journal_file import JournalFile
from campaignsync.repository.state_file import StateFile
from campaignsync.state import State


def journal_of(project: Project, options: RunOptions) -> Replay:
    """Return what the clone's journal holds.

    Raises:
        StateError: It can't be used.
    """
    journal = project.journal(options)
    return replay(JournalFile(path=journal).load(), where=str(journal))


def folder_state(project: Project, options: RunOptions) -> State:
    """Return the folder's state with what the journal adds to it.

    Raises:
        GitError: The state file is missing, and the last commit has it.
        StateError: The state or the journal can't be used.
    """
    file = StateFile(project.state_path(options), shown=options.state)
    if file.read() is None:
        _check_lost(project, options)
    return journal_of(project, options).shown_on(file.load())


def _check_lost(project: Project, options: RunOptions) -> None:
    # Git is asked only here: a folder whose state file is there needs none.
    import anyio

    from campaignsync.commands.recording import check_lost

    anyio.run(check_lost, project, options)
