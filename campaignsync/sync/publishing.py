"""Bringing the state into git and to the remote, whoever else pushes meanwhile; never by force."""

from dataclasses import dataclass

from campaignsync.claims import Merge, changes, merge
from campaignsync.errors import GitError
from campaignsync.git import Ahead, PushRefused
from campaignsync.state import State, parse, render
from campaignsync.sync import advice
from campaignsync.sync.messages import Origin, commit_message
from campaignsync.sync.ports import Repository
from campaignsync.sync.tools import Context

PUSHES = 5
"""Pushes that may lose a race before a run gives up (the contract, "Sync" 7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How the state came to the remote.

    Attributes:
        merge: How the changes met the remote's.
        has_moved: Whether branch and disk were moved to the upstream's tip: the state is to be loaded again.
    """

    merge: Merge
    has_moved: bool


class Publisher:
    """Commits states, and pushes what is committed.

    Args:
        repository: The work tree.
        tools: The run's ports and options.

    Attributes:
        repository: The work tree.
        origin: What commits say of where their entries come from.
        commit: The last commit that this run made; None while there was none.
    """

    def __init__(self, repository: Repository, tools: Context) -> None:
        self.repository = repository
        self._tools = tools
        self.origin = Origin(source_commit="")
        self.commit: str | None = None

    async def commit_state(self, state: State) -> None:
        """Commit what the disk holds; it may differ from HEAD in no entry, after a crash amid a move.

        Raises:
            GitError: Git failed.
        """
        text = await self.repository.state_at_head()
        if text is None and not state.entries:
            return
        message = commit_message(read_state(text), state, origin=self.origin)
        self.commit = await self.repository.commit(message) or self.commit

    async def push_head(self) -> PushRefused | None:
        """Push what is committed, once; return why it was refused.

        Raises:
            GitError: Git failed.
        """
        return await self._push(await self.repository.head())

    async def push(self, state: State) -> Published:
        """Push what is committed, put on the new tip as often as another push comes first.

        Args:
            state: What is committed.

        Raises:
            RecordError: The remote does not take the push; the entries are on disk and committed.
            GitError: Git failed.
        """
        refused = PushRefused(reason="", is_race=True)
        for attempt in range(PUSHES):
            ahead = await self.repository.ahead()
            published = Published(merge=Merge(state=state), has_moved=False)
            if ahead.behind or ahead.foreign:
                published, answer = await self._put_on_tip(state, is_staying=bool(ahead.foreign))
            elif not ahead.own:
                return published
            else:
                answer = await self.push_head()
            if answer is None:
                return published
            refused = answer
            if not refused.is_race:
                break
            await self._tools.clock.sleep((attempt + self._tools.clock.jitter()) * 2)
            await self.repository.fetch()
        raise advice.push_forbidden(refused.reason)

    async def _push(self, commit: str) -> PushRefused | None:
        """Push a commit; where the answer is lost, fetch to see."""
        try:
            return await self.repository.push(commit)
        except GitError as error:
            self._tools.progress.detail(f"the push had no answer: {error.message}")
            await self.repository.fetch()
            if not await self.repository.is_on_upstream(commit):
                return PushRefused(reason=error.message, is_race=True)
            return None

    async def _put_on_tip(self, state: State, *, is_staying: bool) -> tuple[Published, PushRefused | None]:
        """Put the entries on the upstream's tip; where a person committed meanwhile, the branch stays."""
        repository, options = self.repository, self._tools.options
        base = read_state(await repository.state_at_base())
        tip = read_state(await repository.state_at_upstream())
        merged = merge(tip, changes(base, state), rules=self._tools.rules, run_id=options.run_id)
        published = Published(merge=merged, has_moved=not is_staying)
        commit, refused = None, None
        if merged.state.entries != tip.entries:
            bound = merged.state.bound_to(host=options.host, app_id=options.app_id)
            message = commit_message(tip, bound, origin=self.origin)
            commit = await repository.replay(render(bound), message)
            refused = await self._push(commit)
        if refused is None:
            if not is_staying:
                await repository.move_to(commit)
            self.commit = commit or self.commit
        return published, refused


def read_state(text: str | None) -> State:
    """Return a state that stands in git; an empty one where there is none.

    Raises:
        StateError: It is damaged.
    """
    return State() if text is None else parse(text, where="the state file in git")


def check_reviewed(ahead: Ahead) -> None:
    """Demand that all commits ahead of the upstream are this program's.

    Raises:
        GitError: Some are a person's.
    """
    if ahead.foreign:
        raise advice.unreviewed(ahead.foreign)
