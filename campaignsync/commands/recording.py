"""Which place a run reads and records in, and its lock and journal. Does I/O."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from campaignsync.commands.project import Project
from campaignsync.config import RunOptions, is_in_actions
from campaignsync.definitions import CommittedDefinitions, source_of
from campaignsync.errors import GitError, StateError
from campaignsync.protocol.journal import Journal, Replay
from campaignsync.protocol.ledger import Ledger
from campaignsync.protocol.ports import Definitions, Recorder
from campaignsync.protocol.tools import Context
from campaignsync.repository.branch import Files
from campaignsync.repository.disk import locked, replace_file
from campaignsync.repository.folder import Folder
from campaignsync.repository.journal_file import JournalFile
from campaignsync.repository.layout import Layout
from campaignsync.repository.local_branch import LocalBranch, current_branch
from campaignsync.repository.objects import commit_at, list_blobs
from campaignsync.repository.remote_branch import RemoteBranch, has_upstream
from campaignsync.repository.runner import Git, clean_environment
from campaignsync.repository.scratch import object_folder
from campaignsync.repository.state_file import StateFile
from campaignsync.snapshot import Snapshot
from campaignsync.state import Record, State, Status, render
from campaignsync.text import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Where a run reads and records.

    Attributes:
        recorder: The place.
        ledger: What is created and claimed there.
        work_tree: The definitions in the folder, where they must not differ from the commit's.
    """

    recorder: Recorder
    ledger: Ledger
    work_tree: Definitions | None


@asynccontextmanager
async def recording(project: Project, context: Context) -> AsyncIterator[Recording]:
    """Lock the target, and give what records there.

    Raises:
        GitError: This folder can't be synced in this way.
        LockedError: Another run holds the target.
        StateError: The journal is damaged.
    """
    options, layout = context.options, project.layout
    git = await _usable_git(project, layout)
    if git is None and options.is_committing and not options.is_sandbox:
        raise GitError(
            "this folder is not inside a git work tree",
            hint="Run it in the repository of the definitions; --no-commit syncs without git.",
        )
    path = project.journal(options)
    with locked(path.with_suffix(".lock"), shown=options.state, now=context.clock.now()):
        async with _recorder(project, layout, git, context) as recorder:
            journal = Journal(
                JournalFile(path=path),
                where=str(path),
                run_id=options.run_id,
                is_shared=recorder.is_shared,
                branch=recorder.ref if isinstance(recorder, LocalBranch) else "",
            )
            _check_left(journal.found, recorder)
            recent = path.with_suffix(".recent.json")
            journal.found = replace(journal.found, state=_with_recent(journal.found.state, recent, context))
            ledger = Ledger(recorder, journal, context)
            has_commit = recorder.has_history and not recorder.is_shared
            try:
                yield Recording(
                    recorder=recorder,
                    ledger=ledger,
                    work_tree=project.definitions(options) if has_commit else None,
                )
            finally:
                _keep_recent(ledger, recent, context)


def _with_recent(found: State, recent: Path, context: Context) -> State:
    """Add what this clone created so recently that the account's list may not show it yet.

    A run on another branch, or of another mode, reads another state: it records such a campaign, too, instead
    of creating it again.
    """
    try:
        known = StateFile(recent, shown=recent.name).load().bound_to(host=found.host, app_id=found.app_id)
        known = known.bound_to(host=context.options.host, app_id=context.options.app_id)
    except StateError:  # of another account, or damaged: it only shortens a wait
        return found
    fresh = [each for each in known.records if _is_recent(each, context) and found.get(each.name) is None]
    return replace(known, entries={}).with_entries([*found.sorted(), *fresh]) if fresh else found


def _keep_recent(ledger: Ledger, recent: Path, context: Context) -> None:
    fresh = [each for each in ledger.state.records if _is_recent(each, context)]
    if context.options.is_sandbox:  # its account ends with the run
        return
    if ledger.has_read and (fresh or recent.exists()):
        with suppress(OSError, ValueError):
            replace_file(recent, render(replace(ledger.state, entries={}).with_entries(fresh)).encode())


def _is_recent(record: Record, context: Context) -> bool:
    age_s = (context.clock.now() - record.created_at).total_seconds()
    # A little longer than is promised, since times are kept in whole seconds.
    return record.status is not Status.ADOPTED and age_s <= 1.05 * context.options.settle_s


def _check_left(found: Replay, recorder: Recorder) -> None:
    """Raise GitError where what earlier runs left is not for this place to resolve or record."""
    if not recorder.is_shared and found.shared_claims:
        raise GitError(
            "a sync --push of this clone was ended before it had recorded what it sent",
            hint="Run sync --push first: it finds out what became of it.",
        )
    is_elsewhere = isinstance(recorder, LocalBranch) and found.branch not in {"", recorder.ref}
    if is_elsewhere and found.state.entries:
        branch = found.branch.removeprefix("refs/heads/")
        raise GitError(
            f"a sync on the branch {branch} left campaigns in the journal that are not recorded there yet",
            hint=f"Switch to it (git switch {branch}) and run sync there first; it records them.",
        )


async def _usable_git(project: Project, layout: Layout | None) -> Git | None:
    """Return the runner; None outside git. Raises GitError where git refuses to look."""
    if layout is None:
        return None
    git = Git(folder=layout.top, env=clean_environment(project.env))
    # Beside a bare repository that the ".git" here names, there is no work tree.
    return git if (await git.run("rev-parse", "--is-inside-work-tree")).text == "true" else None


@asynccontextmanager
async def _recorder(
    project: Project, layout: Layout | None, git: Git | None, context: Context
) -> AsyncIterator[Recorder]:
    options = context.options
    if not options.is_committing or options.is_sandbox or git is None or layout is None:
        file = StateFile(project.state_path(options), shown=options.state)
        lost = partial(check_lost, project, options)
        yield Folder(file, project.definitions(options), check_lost=lost)
        return
    files, key = _files(project, options, layout, git), project.journal(options).stem
    if options.is_pushing:
        with object_folder(layout.common / "objects", key=key) as objects:
            remote = RemoteBranch(files, objects=objects, key=key, branch=options.branch)
            try:
                yield remote
            finally:
                await remote.close()
        return
    if not options.is_local and await has_upstream(git):
        raise GitError(
            "the branch has an upstream, so others may sync the same definitions; without --push neither "
            "side would know what the other sends",
            hint="Run it with --push. If nobody else syncs, neither people nor a workflow: --local.",
        )
    if options.is_local:
        await _check_not_behind(files)
    ref = await current_branch(git)
    if ref is None:
        raise GitError(
            "the repository is on no branch (detached HEAD), so nothing could be recorded",
            hint="Switch to the branch that holds the state (git switch BRANCH), or run it with --push.",
        )
    yield LocalBranch(files, ref=ref, note=context.progress.note)


async def _check_not_behind(files: Files) -> None:
    """Raise GitError where the upstream, as last fetched, has entries that this branch lacks."""
    known = [await commit_at(files.git, revision) for revision in ("@{upstream}", "HEAD")]
    states = [(await files.at(commit)).state for commit in known if commit is not None]
    if len(states) == len(known) and states[0].entries.keys() - states[1].entries.keys():
        raise GitError(
            "the upstream has campaigns that this branch lacks, so they would be created again",
            hint="Run git pull first. If other runs record there, use sync --push and not --local.",
        )


def _files(project: Project, options: RunOptions, layout: Layout, git: Git) -> Files:
    inside = {}
    for what, path in (("state file", options.state), ("folder of the definitions", options.campaigns)):
        found = layout.inside(project.root / path)
        if found is None:
            raise GitError(
                f"the {what}, {path}, is outside the work tree {layout.top}, so no commit holds it",
                hint="Name one inside it, or use --no-commit.",
            )
        inside[what] = found
    return Files(
        git=git,
        state=inside["state file"],
        campaigns=inside["folder of the definitions"],
        scratch=layout.common / "campaignsync",
        is_ci=is_in_actions(project.env),
        definitions=partial(
            CommittedDefinitions,
            folder=source_of(options.campaigns, root=project.root),
            note=project.progress.remark,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """The git repository that a command works in.

    Attributes:
        git: The runner, in the top of the work tree.
        layout: Where its folders are.
        files: Which of its files are the program's.
    """

    git: Git
    layout: Layout
    files: Files

    async def head(self) -> Snapshot:
        """Return the snapshot of the commit that is checked out; raises GitError where there is none."""
        commit = await commit_at(self.git, "HEAD")
        if commit is None:
            raise GitError("the repository has no commit yet", hint="Commit the definitions first.")
        return await self.files.at(commit)


async def repository_of(project: Project, options: RunOptions) -> Repository:
    """Return the repository around the working directory.

    Raises:
        GitError: There is none, or git can't be used here.
    """
    layout = project.layout
    git = await _usable_git(project, layout)
    if git is None or layout is None:
        raise GitError(
            "this folder is not inside a git work tree", hint="Run it in the repository of the definitions."
        )
    return Repository(git=git, layout=layout, files=_files(project, options, layout, git))


@asynccontextmanager
async def remote_of(
    project: Project, options: RunOptions, repository: Repository
) -> AsyncIterator[RemoteBranch]:
    """Give the remote's branch to a command that runs without the lock, under a ref of its own."""
    key = f"{uuid.uuid4().hex}-{project.journal(options).stem}"
    with object_folder(repository.layout.common / "objects", key=key) as objects:
        remote = RemoteBranch(repository.files, objects=objects, key=key, branch=options.branch)
        try:
            yield remote
        finally:
            await remote.close()


async def committed(project: Project, options: RunOptions, revision: str) -> Snapshot:
    """Return definitions and state of a commit, as git has them.

    Raises:
        GitError: This is no git repository, or there is no such commit.
        StateError: The state there is damaged, or not a regular file.
    """
    layout = project.layout
    git = await _usable_git(project, layout)
    commit = await commit_at(git, revision) if git is not None else None
    if git is None or layout is None or commit is None:
        raise GitError(
            f"there is no commit {printable(revision)} here",
            hint="Name one of this repository, such as HEAD, with --commit; without, the folder is read.",
        )
    return await _files(project, options, layout, git).at(commit)


async def committed_file(project: Project, options: RunOptions, revision: str, path: str) -> bytes | None:
    """Return what a file holds in a commit; None where there is no such file, or no such commit.

    Raises:
        GitError: Git can't read it.
    """
    repository = await repository_of(project, options)
    commit = await commit_at(repository.git, revision)
    return None if commit is None else await repository.files.read(commit, path)


async def check_lost(project: Project, options: RunOptions) -> None:
    """Raise GitError where the state file is missing and the last commit has it."""
    layout = project.layout
    path = layout.inside(project.root / options.state) if layout else None
    git = await _usable_git(project, layout)
    if git is None or path is None or await commit_at(git, "HEAD") is None:
        return
    if await list_blobs(git, "HEAD", path):
        raise GitError(
            f"the state file {options.state} is missing, and the last commit has it",
            hint=f"Bring it back (git checkout HEAD -- {path}), or commit its removal to begin empty.",
        )


async def check_whole(project: Project, options: RunOptions) -> None:
    """Raise GitError where a sparse checkout leaves out definitions: what is not here is not removed."""
    layout = project.layout
    folder = layout.inside(project.root / options.campaigns) if layout else None
    git = await _usable_git(project, layout)
    if git is None or folder is None:
        return
    listed = await git.ask("ls-files", "-v", "-z", "--", f":(top,literal){folder}")
    left_out = [line for line in listed.stdout.split(b"\0") if line[:1] in {b"S", b"s"}]
    if left_out:
        raise GitError(
            f"a sparse checkout leaves committed files below {options.campaigns} out of this folder: "
            f"{len(left_out)} of them",
            hint="Bring them back (git sparse-checkout disable), or plan the commit: "
            "`campaignsync plan --commit HEAD`.",
        )
