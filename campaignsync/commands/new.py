"""`new`: a definition of a name, from the example or as a copy of another. Does I/O."""

import os
import re
import unicodedata
from pathlib import Path

from campaignsync.commands.init import EXAMPLE, template
from campaignsync.commands.project import Ended, Project
from campaignsync.config import RunOptions
from campaignsync.definitions import DefinitionFiles, source_of
from campaignsync.definitions.copying import NoNameError, renamed
from campaignsync.definitions.files import UnreadableError, read
from campaignsync.definitions.validation import Invalid, check
from campaignsync.errors import InvalidDefinitionsError, SettingsError
from campaignsync.identity import identity
from campaignsync.repository.disk import make_folder
from campaignsync.text import printable, shell_word

_LONGEST = 60


def run(project: Project, options: RunOptions, *, name: str, copied: str | None) -> Ended:
    """Write a definition.

    Args:
        project: Where the command works.
        options: Its options.
        name: The campaign's name.
        copied: The file to copy; None for the example.

    Raises:
        SettingsError: It can't be written, is there already, another definition has the name, or what would
            be written is no definition, since the name is too long, say.
    """
    folder = source_of(options.campaigns, root=project.root)
    path = f"{folder}/{file_name(name)}"
    _check_name(project, options, name)
    origin = copied or f"{folder}/{EXAMPLE}"
    try:
        text = renamed(_text(project, origin, is_example=copied is None), name)
    except NoNameError as error:
        raise SettingsError(f"{printable(origin)} can't be copied: {error}") from error
    checked = check(text.encode(), source=path)
    if isinstance(checked, Invalid):
        problem = checked.problems[0]
        what = "the name" if problem.key == "name" else f"{printable(origin)}: {problem.key}"
        raise SettingsError(f"{what}: {problem.message}")
    _write(project, path, text)
    follow = "Edit it: whom it calls, from which number, when. Then: campaignsync plan"
    return Ended(text=f"Wrote {printable(path)} for the campaign {printable(name)!r}.\n{follow}")


def file_name(name: str) -> str:
    """Return a file name for a campaign: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    return f"{'-'.join(words)[:_LONGEST].strip('-') or 'campaign'}.yaml"


def _check_name(project: Project, options: RunOptions, name: str) -> None:
    """Raise SettingsError where another definition has this name; those with problems are left aside."""
    if not (project.root / options.campaigns).is_dir():
        return
    try:
        known = DefinitionFiles(root=project.root, folder=options.campaigns).load_now({})
    except InvalidDefinitionsError:
        return
    for definition in known:
        if definition.key == identity(name):
            raise SettingsError(
                f"{printable(definition.source)} has the name {printable(definition.name)!r} already",
                hint="Give the new one another name: the same name is the same campaign.",
            )


def _text(project: Project, origin: str, *, is_example: bool) -> str:
    if is_example and not os.path.lexists(project.root / origin):
        return template("definition.yaml")
    try:
        return read(project.root / origin).decode()
    except UnreadableError as error:
        raise SettingsError(f"{printable(origin)} {error}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{printable(origin)} is not UTF-8") from error


def _write(project: Project, path: str, text: str) -> None:
    target = Path(os.path.normpath(project.root / path))
    if target.parent.is_symlink():
        raise SettingsError(f"{printable(str(Path(path).parent))} is a symbolic link: no sync reads it")
    try:
        make_folder(target.parent)
        with target.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise SettingsError(
            f"{printable(path)} is there already",
            hint=f"To copy it: campaignsync new NAME --from {shell_word(path)}",
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SettingsError(f"{printable(path)} can't be written: {reason}") from error
