"""The promise, held against thousands of worlds; and each rule shown to be needed.

``pytest tests/simulation --seeds 100000`` lives through more of them, ``--first-seed N`` through others.
A failure prints its seed and everything that happened; the same seed always happens the same way.
"""

from collections.abc import Collection
from random import Random

import pytest

from campaignsync.errors import StateError
from tests.simulation import mutants
from tests.simulation.laws import LAWS
from tests.simulation.runs import Built
from tests.simulation.scenario import draw
from tests.simulation.world import simulate

ENOUGH = 20_000
"""Seeds within which a missing rule must show; a sixteenth of them have one theme."""

WITHOUT = [
    pytest.param(Built(rules=mutants.NoLease), "duplicate", "limits takeovers", id="lease"),
    pytest.param(Built(rules=mutants.NoSettleTime), "duplicate", "lossy crashes", id="settle time"),
    pytest.param(Built(rules=mutants.NoRowCount), "duplicate", "console lists", id="row count"),
    pytest.param(Built(rules=mutants.OneListing), "duplicate", "console lists", id="second listing"),
    pytest.param(Built(rules=mutants.NoOwnerCheck), "duplicate", "takeovers", id="owner check"),
    pytest.param(Built(rules=mutants.NoWaitForOthers), "duplicate", "takeovers", id="wait for others"),
    pytest.param(Built(rules=mutants.NoWaitForTheDead), "duplicate", "crashes", id="wait for the dead"),
    pytest.param(Built(ledger=mutants.NoSharedClaim), "duplicate", "takeovers", id="published claim"),
    pytest.param(Built(ledger=mutants.BlindRenewal), "unclaimed", "takeovers", id="honest renewal"),
    pytest.param(
        Built(ledger=mutants.WallClockLease),
        "unclaimed",
        "clocks takeovers",
        id="lease by two clocks",
        marks=pytest.mark.slow,
    ),
    pytest.param(Built(ledger=mutants.MonotonicLease), "unclaimed", "sleep", id="lease amid sleep"),
    pytest.param(Built(ledger=mutants.ForgetfulRelease), "sends", "lossy takeovers", id="released sends"),
    pytest.param(Built(journal=mutants.UntoldSends), "unclaimed", "crashes", id="line before a request"),
    pytest.param(Built(journal=mutants.UnreadJournal), "sends", "crashes", id="replay"),
    pytest.param(Built(journal=mutants.TornLine), "stuck", "crashes disks", id="torn line"),
    pytest.param(Built(journal=mutants.UncountedTakeover), "stuck", "disks", id="local takeover"),
    pytest.param(Built(local_branch=mutants.ForcedBranch), "dropped", "neighbours", id="compare-and-swap"),
    pytest.param(Built(sync=mutants.ResolvesOthers), "unclaimed", "takeovers", id="claims of others"),
    pytest.param(
        Built(sync=mutants.NoConfirmation),
        "duplicate",
        "lossy crashes takeovers console",
        id="confirmed rejection",
        marks=pytest.mark.slow,
    ),
    pytest.param(Built(sync=mutants.TwinsUntold), "twin", "overdue", id="twin told"),
    pytest.param(Built(sync=mutants.PlanUnchecked), "plan", "people", id="plan"),
]
"""For each rule: the sync without it, the law that breaks, and the themes in which that shows soonest."""


def test_no_world_breaks_a_law(seeds: range) -> None:
    """No duplicate, nothing lost, every run ends, whatever fails: see `laws` for each."""
    for seed in seeds:
        ended = simulate(seed)
        assert not ended.violations, str(ended)


def test_a_seed_happens_the_same_way_each_time() -> None:
    assert [str(simulate(seed)) for seed in range(40)] == [str(simulate(seed)) for seed in range(40)]


@pytest.mark.timeout(900)  # minutes on a busy machine
@pytest.mark.parametrize(("built", "law", "themes"), WITHOUT)
def test_without_one_of_the_rules_a_law_is_broken(built: Built, law: str, themes: str) -> None:
    assert law in LAWS
    assert _first_with(law, built, themes.split()) is not None


def _first_with(law: str, built: Built, themes: Collection[str]) -> int | None:
    """Return the first seed that breaks a law, of those with the stress on what the rule is for."""
    for seed in range(ENOUGH):
        is_fit = draw(Random(seed)).theme in themes
        if is_fit and law in _broken(seed, built):
            return seed
    return None


def _broken(seed: int, built: Built) -> set[str]:
    try:
        return {each.law for each in simulate(seed, built).violations}
    except StateError:  # the world's own look at a journal that nobody can read any more
        return {"stuck"}
