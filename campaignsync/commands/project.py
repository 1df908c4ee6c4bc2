"""Where a command works, and what the process gives it. Does I/O: it looks for the repository."""

import itertools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from campaignsync.config import RunOptions
from campaignsync.definitions import DefinitionFiles
from campaignsync.errors import ExitCode, StateError
from campaignsync.progress import TerminalProgress
from campaignsync.repository.layout import Layout, find_layout, journal_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What every command is given beside its options.

    Attributes:
        root: The working directory.
        env: The environment.
        progress: Where to tell a person what is going on.
    """

    root: Path
    env: Mapping[str, str]
    progress: TerminalProgress

    @property
    def layout(self) -> Layout | None:
        """The work tree around the working directory; None outside git."""
        return find_layout(self.root)

    def definitions(self, options: RunOptions) -> DefinitionFiles:
        """Return the definition files; a person is told what is passed over."""
        return DefinitionFiles(root=self.root, folder=options.campaigns, note=self.progress.remark)

    def state_path(self, options: RunOptions) -> Path:
        """Return the state file in the folder.

        Raises:
            StateError: A symbolic link below the top leads to it, and perhaps elsewhere.
        """
        path, layout = Path(os.path.normpath(self.root / options.state)), self.layout
        tops = {os.path.realpath(folder) for folder in (self.root, layout.top if layout else self.root)}
        folders = list(itertools.takewhile(lambda each: os.path.realpath(each) not in tops, path.parents))
        links = [] if folders == list(path.parents) else [each for each in folders if each.is_symlink()]
        if links:
            raise StateError(
                f"{options.state}: the folder {links[0].name} is a symbolic link",
                hint="Put the folder itself there, or name the file by its own path: --state FILE.",
            )
        return path

    def journal(self, options: RunOptions) -> Path:
        """Return where the journal of the state file is."""
        return journal_path(self.root / options.state, self.layout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended: what goes to stdout, and the exit code."""

    text: str
    code: ExitCode = ExitCode.DONE
