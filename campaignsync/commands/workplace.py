"""Where a command works: the folder, the environment, and the parts made of them. Does I/O.

Git and the protocol are imported where they are asked for: to check definitions and to plan needs neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from campaignsync.definitions import DefinitionFiles
from campaignsync.progress import TerminalProgress
from campaignsync.repository.layout import find_layout, journal_path

if TYPE_CHECKING:
    from campaignsync.protocol.ports import Options
    from campaignsync.repository.layout import Layout
    from campaignsync.settings import Account


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

    @property
    def state_path(self) -> Path:
        """The state file."""
        return self.root / self.state

    @property
    def layout(self) -> "Layout | None":
        """The work tree around the working directory; None outside git."""
        return find_layout(self.root)

    @property
    def journal(self) -> Path:
        """The journal of the state file."""
        return journal_path(self.state_path, self.layout)

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

        from campaignsync.protocol.ports import Options

        run_url = self.run_url
        host = account.host if account and not self.is_sandbox else self.host
        return Options(
            host=host,
            app_id=account.app_id if account else self.app_id,
            run_id=f"{uuid.uuid4().hex} {run_url}".strip(),
            state=self.state,
            run_url=run_url,
            actor=self.env.get("GITHUB_ACTOR", "") if self.is_in_actions else "",
            allowed=tuning.allowed,
            max_creates=tuning.max_creates,
            parallel=tuning.parallel,
            timeout_s=tuning.timeout_s,
            settle_s=tuning.settle_s,
            rate_limit=tuning.rate_limit,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """The options of the commands that call the API or commit; see `Options` for units.

    Attributes:
        is_committing: Record in git, not in the folder.
        is_pushing: Claim and record on the remote's branch.
        is_local: Nobody else syncs, though the branch has an upstream.
        branch: The branch to push to, where it isn't the remote's default.
    """

    is_committing: bool = True
    is_pushing: bool = False
    is_local: bool = False
    branch: str | None = None
    allowed: frozenset[str] | None = None
    max_creates: int = 100
    parallel: int = 4
    rate_limit: int = 60
    timeout_s: float = 30.0
    settle_s: float = 120.0
