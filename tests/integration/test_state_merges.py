"""The state's text in git: a new campaign adds lines and changes none, so additions merge."""

import pytest

from tests.integration.clones import STATE, Clone, text


@pytest.mark.parametrize("added", ["a", "c", "e", "g"], ids=["first", "second", "third", "last"])
def test_adding_a_campaign_changes_no_line(clone: Clone, added: str) -> None:
    clone.commit(STATE, text("b", "d", "f"))
    clone.commit(STATE, text("b", "d", "f", added))
    lines = text("b", "d", "f", added).count("\n") - text("b", "d", "f").count("\n")
    assert clone.git("diff", "--numstat", "HEAD^", "HEAD") == f"{lines}\t0\t{STATE}"


def test_the_first_campaign_changes_no_line(clone: Clone) -> None:
    clone.commit(STATE, text("a"))
    (added, removed, _) = clone.git("diff", "--numstat", "HEAD^", "HEAD").split()
    assert (int(added) > 0, removed) == (True, "0")


@pytest.mark.parametrize(
    ("ours", "theirs"), [("a", "e"), ("e", "a"), ("a", "c"), ("c", "g"), ("g", "c"), ("a", "g"), ("g", "a")]
)
def test_branches_that_add_different_campaigns_merge(clone: Clone, ours: str, theirs: str) -> None:
    clone.commit(STATE, text("b", "d", "f"))
    clone.git("switch", "--quiet", "--create", "theirs")
    clone.commit(STATE, text("b", "d", "f", theirs))
    clone.git("switch", "--quiet", "main")
    clone.commit(STATE, text("b", "d", "f", ours))
    clone.git("merge", "--quiet", "--no-edit", "theirs")
    assert clone.read(STATE) == text("b", "d", "f", ours, theirs)
