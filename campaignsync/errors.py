"""The tree of expected errors, each with its exit code and what to do next. Pure.

::

    CampaignSyncError
    ├── SettingsError            1   an option or a variable is missing or wrong
    ├── InvalidDefinitionsError  3   definitions with problems
    ├── StateError               1   the state file can't be used as it is
    ├── LockedError              1   another run holds the state on this machine
    ├── GitError                 1   the repository is not in a condition to sync
    ├── ApiError                 1   the account can't be read
    │   └── AuthorizationError   1   the server refuses the credentials
    ├── PlanRefusedError         1   the plan is larger than allowed
    ├── AdoptError               1   nothing fit to adopt, or several candidates
    ├── ForgetError              1   no such entry, or a claim that may be in use
    └── RecordError              6   created and saved, but not committed or not pushed

A bug is none of these: it shows its traceback.
"""

from dataclasses import dataclass, field
from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended, as its process's exit status (the product's contract, "Commands")."""

    DONE = 0
    ERROR = 1
    DETAILED = 2
    INVALID = 3
    FAILED = 4
    UNKNOWN = 5
    NOT_RECORDED = 6
    DIALING = 7
    POLICY = 8
    USAGE = 64
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One thing that is wrong in one definition file; problems sort by place.

    Attributes:
        path: The file, relative to the working directory, with forward slashes.
        line: Line, counted from 1.
        column: Column in characters, counted from 1.
        key: Dotted key, such as ``dialingStrategy.maxRingTime``; empty for the file as a whole.
        message: What is wrong and what is right.
        excerpt: The file's line as it is, to point at; empty where it isn't known. Not yet made safe.
    """

    path: str
    line: int
    column: int
    key: str
    message: str
    excerpt: str = field(default="", compare=False, repr=False)


class CampaignSyncError(Exception):
    """An expected error.

    Args:
        message: What happened, and where.
        hint: What to do next; may be empty.
    """

    exit_code: ExitCode = ExitCode.ERROR

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class SettingsError(CampaignSyncError):
    """An option or an environment variable is missing or has a value that can't be used."""


class InvalidDefinitionsError(CampaignSyncError):
    """Some definitions have problems.

    Args:
        problems: All of them, of all files, in order.
    """

    exit_code = ExitCode.INVALID

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        count = len(problems)
        super().__init__(
            f"{count} {'problem' if count == 1 else 'problems'} in the definitions",
            hint="Fix the places named above, then run the command again.",
        )
        self.problems = problems


class StateError(CampaignSyncError):
    """The state file is damaged, newer than this program, in conflict or another account's."""


class LockedError(CampaignSyncError):
    """Another run on this machine holds the state."""


class GitError(CampaignSyncError):
    """The repository is not in a condition to sync, or a git command failed."""


class ApiError(CampaignSyncError):
    """The account's campaigns can't be read, so nothing can be decided."""


class AuthorizationError(ApiError):
    """The server refuses the credentials."""


class PlanRefusedError(CampaignSyncError):
    """The plan would create more campaigns than ``--max-creates`` allows."""


class AdoptError(CampaignSyncError):
    """No campaign fits to be adopted, or more than one does."""


class ForgetError(CampaignSyncError):
    """The entry doesn't exist, or it is a claim that a run may still be using."""


class RecordError(CampaignSyncError):
    """What was created is in the state file, but could not be committed or pushed."""

    exit_code = ExitCode.NOT_RECORDED
