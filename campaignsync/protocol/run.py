"""One sync, step by step as the product's contract has them ("Sync")."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from campaignsync.errors import ApiError, CampaignSyncError
from campaignsync.plan import Target, target_of
from campaignsync.protocol import remediation
from campaignsync.protocol.inspection import statuses_of
from campaignsync.protocol.ledger import Ledger
from campaignsync.protocol.listing import unauthorized
from campaignsync.protocol.ports import Definitions, Recorder
from campaignsync.protocol.preflight import Preflight
from campaignsync.protocol.record import RunRecord
from campaignsync.protocol.recovery import Recovery
from campaignsync.protocol.sender import Sender
from campaignsync.protocol.tools import StopRequestedError, Tools
from campaignsync.result import Done, Failure, Result
from campaignsync.state import Claim
from campaignsync.versions import version_of

_T = TypeVar("_T", Done, Failure)


class Sync:
    """One run.

    Args:
        recorder: Where it reads and records.
        ledger: What is created and claimed.
        tools: The run's ports and options.
        work_tree: See `Preflight`.
    """

    def __init__(
        self, recorder: Recorder, ledger: Ledger, tools: Tools, *, work_tree: Definitions | None = None
    ) -> None:
        self._recorder = recorder
        self._ledger = ledger
        self._tools = tools
        self._record = RunRecord()
        self._preflight = Preflight(ledger, tools, self._record, work_tree=work_tree)
        self._sender = Sender(tools, ledger, self._record)
        self._recovery = Recovery(tools, ledger, self._sender, self._record)

    async def run(self) -> Result:
        """Run all steps.

        Raises:
            CampaignSyncError: An error before anything was created; see `errors`.
        """
        await self._recorder.check()
        await self._preflight.look()
        target = target_of(self._ledger.state, self._tools.options)
        try:
            await self._send(await self._preflight.decide())
        except StopRequestedError:
            self._record.is_interrupted = True
        except CampaignSyncError as error:
            if not self._record.has_effect:
                await self._give_up()
                raise
            self._record.error = error
        await self._inspect()
        await self._close()
        return self._result(target)

    async def _send(self, claims: Sequence[Claim]) -> None:
        await self._sender.send(claims)
        try:
            await self._recovery.look_up()
            await self._recovery.confirm_rejections()
        except ApiError as error:
            self._record.warnings.append(f"{error.message}; what is unclear is left for the next sync")
        if self._sender.unauthorized and not self._record.has_effect:
            raise unauthorized(self._sender.unauthorized)

    async def _inspect(self) -> None:
        """See what became of what this run made; step 7. Nothing here can change what is recorded."""
        record = self._record
        made = [*record.created.values(), *record.recovered.values()]
        if not made or record.is_interrupted:
            return
        entries = ((each.camp_id, self._ledger.state.get(each.name)) for each in made)
        by_id = {camp_id: version_of(entry.definition) for camp_id, entry in entries if entry}
        record.statuses, reason = await statuses_of(self._tools, by_id)
        if reason:
            record.warnings.append(f"what became of the new campaigns could not be looked up: {reason}")

    async def _give_up(self) -> None:
        """End the leases of this run's claims, of which nothing was sent, so that nobody waits for them."""
        if self._ledger.has_claimed:
            with suppress(CampaignSyncError):
                await self._ledger.close()

    async def _close(self) -> None:
        """Record whatever this clone knows now; step 8."""
        try:
            await self._ledger.close()
        except CampaignSyncError as error:
            self._record.error = self._record.error or error

    def _result(self, target: Target) -> Result:
        record, ledger = self._record, self._ledger
        if record.plan is None:
            raise RuntimeError("nothing was planned")
        error = record.error
        return Result(
            target=target,
            plan=record.plan,
            findings=remediation.renames(record.plan, self._tools.options),
            created=_looked_at(record.created, record.statuses),
            recovered=_looked_at(record.recovered, record.statuses),
            failed=_sorted(record.failed),
            unknown=_sorted(record.unknown),
            not_sent=_sorted(record.not_sent),
            warnings=tuple(sorted(record.warnings)),
            conflicts=ledger.conflicts,
            requests=self._tools.api.requests,
            commit=ledger.commit,
            is_pushed=ledger.is_shared and ledger.is_recorded,
            is_interrupted=record.is_interrupted or self._tools.stop.is_set(),
            record_error=error.message if error else "",
            record_hint=error.hint if error else "",
        )


def _looked_at(done: Mapping[str, Done], statuses: Mapping[str, str]) -> tuple[Done, ...]:
    return tuple(replace(each, status=statuses.get(each.camp_id)) for each in _sorted(done))


def _sorted(items: Mapping[str, _T]) -> tuple[_T, ...]:
    return tuple(sorted(items.values(), key=lambda item: item.name))
