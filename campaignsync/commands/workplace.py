"""Where a command works: the folder, the environment, and the parts made of them. Does I/O.

Git and the sync are imported where they are asked for: to check definitions and to plan needs neither.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from campaignsync.loader import DefinitionFiles
from campaignsync.progress import TerminalProgress
from campaignsync.store import StateFile, scratch_folder

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from campaignsync.git import GitRepository
    from campaignsync.settings import Account
    from campaignsync.sync.ports import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What every command is given.

    Attributes:
        root: The working directory.
        env: The environment.
        campaigns: The folder of the definitions, as typed.
        state: The state file, as typed.
        progress: Where to tell a person what is going on.
        is_sandbox: The account is the stand-in in this process.
    """

    root: Path
    env: Mapping[str, str]
    campaigns: str
    state: str
    progress: TerminalProgress
    is_sandbox: bool = False

    @property
    def definitions(self) -> DefinitionFiles:
        """The definition files."""
        return DefinitionFiles(root=self.root, folder=self.campaigns)

    def read_ahead(self) -> "AbstractContextManager[DefinitionFiles]":
        """Return the definitions, being read while the block loads the state, where that takes as long."""
        is_worthwhile = self.state_file().is_large()
        return self.definitions.read_ahead() if is_worthwhile else nullcontext(self.definitions)

    @property
    def state_path(self) -> Path:
        """The state file."""
        return self.root / self.state

    def state_file(self, git_dir: Path | None = None) -> StateFile:
        """Return the state file, with its lock in the git folder of the work tree that it is in."""
        return StateFile(
            path=self.state_path, shown=self.state, scratch=scratch_folder(self.state_path, git_dir)
        )

    async def repository(self) -> "GitRepository | None":
        """Return the work tree around the working directory; None outside git."""
        from campaignsync.git import open_repository

        return await open_repository(self.root, self.state_path, self.env)

    @property
    def host(self) -> str | None:
        """The host that the environment names, where it names one."""
        # The stand-in listens elsewhere in each run, and is still the same one.
        if self.is_sandbox:
            return "sandbox"
        if not self.env.get("KORE_HOST"):
            return None
        from campaignsync.settings import read_host

        return read_host(self.env)

    @property
    def app_id(self) -> str | None:
        """The application that the environment names, where it names one."""
        return None if self.is_sandbox else self.env.get("KORE_APP_ID") or None

    @property
    def run_url(self) -> str:
        """The URL of this run in GitHub Actions, or empty."""
        if not self.is_in_actions:
            return ""
        server, repository, run = (
            self.env.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")
        )
        return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""

    @property
    def is_in_actions(self) -> bool:
        """Whether this runs in GitHub Actions."""
        return self.env.get("GITHUB_ACTIONS") == "true"

    def options(self, tuning: "Tuning", account: "Account | None") -> "Options":
        """Return one run's options, under a new random id."""
        import uuid

        from campaignsync.sync.ports import Options

        run_url = self.run_url
        host = account.host if account and not self.is_sandbox else self.host
        return Options(
            host=host,
            app_id=account.app_id if account else self.app_id,
            run_id=f"{uuid.uuid4().hex} {run_url}".strip(),
            run_url=run_url,
            is_committing=tuning.is_committing,
            is_pushing=tuning.is_pushing,
            is_tracked=tuning.is_committing,
            branch=tuning.branch,
            approved=tuning.approved,
            has_preflight=tuning.has_preflight,
            max_creates=tuning.max_creates,
            parallel=tuning.parallel,
            timeout_s=tuning.timeout_s,
            settle_s=tuning.settle_s,
            rate_limit=tuning.rate_limit,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """The options of the commands that call the API or commit; see `Options` for units."""

    is_committing: bool = True
    is_pushing: bool = False
    branch: str | None = None
    approved: str | None = None
    has_preflight: bool = True
    max_creates: int = 100
    parallel: int = 4
    rate_limit: int = 60
    timeout_s: float = 30.0
    settle_s: float = 120.0
