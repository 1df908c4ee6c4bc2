"""How a sync ended, as one frozen value. Pure."""

from dataclasses import dataclass

from campaignsync.claims import Conflict
from campaignsync.errors import ExitCode
from campaignsync.findings import Finding
from campaignsync.plan import Plan, Target

_DIALING = {"active", "scheduled"}
"""Statuses of campaigns that call people, or will by themselves (the vendor notes, "Statuses")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A campaign that this run recorded.

    Attributes:
        name: Its name.
        camp_id: Its id.
        source: Its definition's file.
        status: What the account said of it soon after, such as ``Ready``; None where that is not known.
    """

    name: str
    camp_id: str
    source: str
    status: str | None = None

    @property
    def may_dial(self) -> bool:
        """Whether people may be called for it now, or soon, though nobody started it here."""
        return (self.status or "").strip().lower() in _DIALING


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A definition that has no campaign after this run, and why."""

    name: str
    source: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a run ended; every list is sorted by name.

    Attributes:
        target: Where the campaigns were created.
        plan: What it set out to do.
        findings: What a reviewer should look at in it, sorted.
        created: Made by this run.
        recovered: Made by a request whose answer was lost, found in the account.
        failed: Rejected by the server, or not sent because that could call people twice.
        unknown: May exist; a claim stays in the state.
        not_sent: Never left this machine; no claim stays.
        warnings: What a person should look at.
        conflicts: Entries that meanwhile have another campId.
        requests: How many requests were sent, of any kind.
        commit: The commit that records the result; None where nothing was to be committed.
        is_pushed: Whether the upstream has it.
        is_interrupted: Whether the run was asked to stop before its end.
        record_error: Why committing or pushing failed; empty where it did not.
    """

    target: Target
    plan: Plan
    findings: tuple[Finding, ...] = ()
    created: tuple[Done, ...] = ()
    recovered: tuple[Done, ...] = ()
    failed: tuple[Failure, ...] = ()
    unknown: tuple[Failure, ...] = ()
    not_sent: tuple[Failure, ...] = ()
    warnings: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    requests: int = 0
    commit: str | None = None
    is_pushed: bool = False
    is_interrupted: bool = False
    record_error: str = ""
    record_hint: str = ""

    @property
    def dialing(self) -> tuple[Done, ...]:
        """New campaigns that may be calling people already, sorted by name."""
        both = (*self.created, *self.recovered)
        return tuple(sorted((each for each in both if each.may_dial), key=lambda each: each.name))

    @property
    def exit_code(self) -> ExitCode:
        """7 wins over 6, that over 130, 5 and 4 (the product's contract, "Commands")."""
        if self.dialing:
            return ExitCode.DIALING
        if self.record_error or self.conflicts:
            return ExitCode.NOT_RECORDED
        if self.is_interrupted:
            return ExitCode.INTERRUPTED
        if self.unknown:
            return ExitCode.UNKNOWN
        return ExitCode.FAILED if self.failed or self.not_sent else ExitCode.DONE
