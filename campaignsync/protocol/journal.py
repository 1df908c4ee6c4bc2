"""The journal: what the runs of one clone know and no commit holds yet, line by line. I/O by its port.

Each line is on the disk before the step that it announces, so that the next run in the clone knows what a
killed one may have sent. One JSON object a line:

- ``{"run": ID, "shared": BOOL, "branch": REF, "host": …, "appId": …}``: the lines below are of this run;
- ``{"put": {NAME: ENTRY}}``: a claim or a record, as the state file has it;
- ``{"sent": NAME, "sends": N}``: the claim's N-th request is about to go, or N-1 after all;
- ``{"drop": NAME}``: the claim was given up.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import anyio

from campaignsync.claims import Change
from campaignsync.errors import StateError
from campaignsync.identity import identity
from campaignsync.protocol.ports import JournalFile
from campaignsync.state import MAX_SENDS, Claim, Entry, Record, State, entry_json, parse_entry

_WHAT_NEXT = (
    "It is in git's folder and was changed by hand, or the disk damaged it. Move it away, then run sync: "
    "what it knew of is found by its name in the account."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What the journal's lines amount to.

    Attributes:
        state: Records, and claims that only this clone knows of and that may have been sent.
        shared_claims: Claims of runs that publish theirs: the branch says what became of them.
        dropped: Identities of claims that were given up.
        runs: The ids of the runs that wrote it, and of those whose claims they kept.
        local_runs: The ids of those runs whose claims only this clone knows of.
        branch: The local branch that the last run was to record on; empty where it was another place.
    """

    state: State = field(default_factory=State)
    shared_claims: tuple[Claim, ...] = ()
    dropped: frozenset[str] = frozenset()
    runs: frozenset[str] = frozenset()
    local_runs: frozenset[str] = frozenset()
    branch: str = ""

    def changes(self) -> tuple[Change, ...]:
        """Return what it knows, as changes to a state that has none of it."""
        known = [Change(name=each.name, before=None, after=each) for each in self.state.sorted()]
        return (*known, *(Change(name=name, before=None, after=None) for name in sorted(self.dropped)))

    def shown_on(self, state: State) -> State:
        """Return a state with all that the journal holds, for people to see.

        Raises:
            StateError: The journal is another account's.
        """
        given_up = [
            claim.name
            for claim in state.claims
            if identity(claim.name) in self.dropped and claim.claimed_by in self.runs
        ]
        state = state.bound_to(host=self.state.host, app_id=self.state.app_id).without(given_up)
        known = (*self.state.sorted(), *self.shared_claims)
        return state.with_entries(each for each in known if _is_news(each, state.get(each.name)))

    @property
    def local(self) -> frozenset[tuple[str, str]]:
        """The claims that only this clone knows of, by identity and run."""
        return frozenset((identity(claim.name), claim.claimed_by) for claim in self.state.claims)


def _is_news(entry: Entry, before: Entry | None) -> bool:
    return before is None or (isinstance(before, Claim) and isinstance(entry, Record))


def replay(data: bytes, *, where: str) -> Replay:
    """Read a journal. A last line that was not written to its end is ignored: its step was never taken.

    Args:
        data: The file's bytes.
        where: What to call it in an error: its path.

    Raises:
        StateError: A line before the last is damaged.
    """
    reading = _Reading()
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        try:
            read = json.loads(line)
            # Half a surrogate pair, which JSON can escape, could never be recorded.
            json.dumps(read, ensure_ascii=False).encode()
            reading.take(read, where=f"{where}:{number}")
        except (ValueError, TypeError, RecursionError, StateError) as error:
            raise StateError(f"{where}:{number}: the journal is damaged here", hint=_WHAT_NEXT) from error
    return reading.result()


class _Reading:
    """The lines so far."""

    def __init__(self) -> None:
        self._state = State()
        self._shared: dict[str, Claim] = {}
        self._is_shared = False
        self._dropped: set[str] = set()
        self._runs: set[str] = set()
        self._local_runs: set[str] = set()
        self._branch = ""

    def take(self, line: Mapping[str, Any], *, where: str) -> None:
        match line:
            case {"run": str(run), "shared": bool(is_shared), "host": str(host), "appId": str(app_id)}:
                self._state = self._state.bound_to(host=host, app_id=app_id)
                self._is_shared = is_shared
                self._branch = str(line.get("branch", ""))
                self._runs.add(run)
            case {"put": {**entries}} if self._runs:
                for name, data in entries.items():
                    self._put(parse_entry(str(name), data, where=where))
            case {"sent": str(name), "sends": int(sends)} if 0 <= sends <= MAX_SENDS:
                claim = self._shared.get(identity(name)) if self._is_shared else self._state.get(name)
                if isinstance(claim, Claim):
                    self._put(replace(claim, sends=sends))
            case {"drop": str(name)}:
                self._shared.pop(identity(name), None)
                self._state = self._state.without([name])
                self._dropped.add(identity(name))
            case _:
                raise ValueError("not a line of a journal")

    def _put(self, entry: Entry) -> None:
        self._dropped.discard(identity(entry.name))
        if isinstance(entry, Claim) and self._is_shared:
            # Not in the place of a claim that only this clone knows of: its publishing may never have come.
            self._shared[identity(entry.name)] = entry
        else:
            self._shared.pop(identity(entry.name), None)
            self._state = self._state.with_entries([entry])
            if isinstance(entry, Claim):
                # Also of a run before the one that writes this line, which kept the claim.
                self._runs.add(entry.claimed_by)
                self._local_runs.add(entry.claimed_by)

    def result(self) -> Replay:
        # A claim whose request was never announced was not sent; what was sent before it must stay counted.
        unsent = [claim.name for claim in self._state.claims if not claim.sends]
        return Replay(
            state=self._state.without(unsent),
            shared_claims=tuple(self._shared.values()),
            dropped=frozenset(self._dropped),
            runs=frozenset(self._runs),
            local_runs=frozenset(self._local_runs),
            branch=self._branch,
        )


class Journal:
    """Writes this run's lines after those that earlier runs left.

    Args:
        file: The file; this run holds its lock.
        where: What to call it in an error: its path.
        run_id: This run's id.
        is_shared: This run publishes its claims.
        branch: The local branch that this run records on; empty where it is another place.

    Attributes:
        found: What earlier runs left.

    Raises:
        StateError: It can't be read, or is damaged.
    """

    def __init__(
        self, file: JournalFile, *, where: str, run_id: str, is_shared: bool, branch: str = ""
    ) -> None:
        self._file = file
        self._run = {"run": run_id, "shared": is_shared, "branch": branch}
        self._data = file.load()
        self._turn = anyio.Lock()
        self._has_begun = False
        self.found = replay(self._data, where=where)

    async def write(
        self,
        target: State,
        *,
        put: Iterable[Entry] = (),
        sent: Iterable[Claim] = (),
        drop: Iterable[str] = (),
    ) -> None:
        """Add lines; when this returns, they are on the disk.

        Args:
            target: A state of the host and the application that the lines are about.
            put: Entries that this run knows now.
            sent: Claims whose request is about to go, this one counted.
            drop: Names of claims that were given up.

        Raises:
            StateError: They are not, and the journal is as before.
        """
        data = _lines(
            [
                *({"put": {entry.name: entry_json(entry)}} for entry in put),
                *({"sent": claim.name, "sends": claim.sends} for claim in sent),
                *({"drop": name} for name in drop),
            ]
        )
        if not data:
            return
        async with self._turn:
            if self._has_begun:
                await self._file.append(data)
                return
            data = self._begin(target) + data
            whole = self._data[: self._data.rfind(b"\n") + 1]
            is_torn = whole != self._data
            await (self._file.replace(whole + data) if is_torn else self._file.append(data))
            self._has_begun = True

    async def close(self, target: State, *, kept: Sequence[Claim]) -> None:
        """Empty it, but for claims that only this clone may resolve; raises what `write` raises."""
        if not self._data and not self._has_begun:
            return
        put = [{"put": {claim.name: entry_json(claim)}} for claim in kept]
        await self._file.replace(self._begin(target) + _lines(put) if put else b"")

    def _begin(self, target: State) -> bytes:
        return _lines([{**self._run, "host": target.host, "appId": target.app_id}])


def _lines(objects: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in objects)
