"""`history`: from git alone, what happened to each campaign, and by whom. Does I/O."""

from collections.abc import Collection
from dataclasses import replace

from campaignsync.commands.project import Ended, Project
from campaignsync.commands.recording import repository_of
from campaignsync.config import RunOptions
from campaignsync.errors import GitError, SettingsError
from campaignsync.history import Event, events_of, last_change
from campaignsync.identity import identity
from campaignsync.nearest import nearest_choice
from campaignsync.report.formats import history_report
from campaignsync.repository.log import Log, changes_below, parents_of_all
from campaignsync.repository.objects import commit_at
from campaignsync.text import printable


async def run(project: Project, options: RunOptions, *, names: Collection[str], output_format: str) -> Ended:
    """Read the history of the commit that is checked out, and report.

    Raises:
        GitError: Git failed, or there is no commit.
        SettingsError: A name that was asked for was never in the state.
    """
    repository = await repository_of(project, options)
    git = repository.git
    head = await commit_at(git, "HEAD")
    if head is None:
        raise GitError("the repository has no commit yet", hint="A sync commits what it creates.")
    log = Log(git=git, path=repository.files.state, revision=head)
    events = list[Event]()
    async for commit, after, befores in log.versions():
        events.extend(events_of(commit, after, befores))
    events = _chosen(events, names)
    changes, authors = await changes_below(git, repository.files.campaigns, head)
    parents = await parents_of_all(git, head)
    told = []
    for event in events:
        path = repository.layout.inside(project.root / event.path) or ""
        changed = _definition(event, path, changes, parents)
        told.append(replace(event, definer=f"{authors[changed]} in {changed[:12]}" if changed else ""))
    # By name, and as they happened.
    told.sort(key=lambda event: event.name)
    return Ended(text=history_report(told, output_format))


def _definition(event: Event, path: str, changes: dict[str, list[str]], parents: dict[str, list[str]]) -> str:
    """Return the commit that changed an event's definition last before it was synced; empty for none."""
    if event.what in {"forgotten", "released"} or not event.path:
        return ""
    return last_change(path, event.commit.source or event.commit.id, changes=changes, parents=parents)


def _chosen(events: list[Event], names: Collection[str]) -> list[Event]:
    wanted = {identity(name): name for name in names}
    known = {identity(event.name): event.name for event in events}
    for key, name in wanted.items():
        if key not in known:
            near = nearest_choice(name, known.values())
            raise SettingsError(
                f"the history has no campaign {printable(name)!r}",
                hint=f"The nearest is {printable(near)!r}." if near else "`campaignsync history` shows all.",
            )
    return [event for event in events if not wanted or identity(event.name) in wanted]
