"""A file, or a folder, with more problems than anybody reads."""

from pathlib import Path

import pytest

from campaignsync.definitions import DefinitionFiles
from campaignsync.definitions.validation import Invalid, check
from campaignsync.errors import InvalidDefinitionsError

SAMPLE = (Path(__file__).parents[2] / "campaigns" / "billing-reminder.yaml").read_text(encoding="utf-8")
LIST = "  - Recent Buyers - Q2 2025"


def with_lists(items: str, count: int) -> str:
    return SAMPLE.replace(LIST, "\n".join([items] * count))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(with_lists("  - x", 3000), id="one list again and again"),
        pytest.param(SAMPLE + "".join(f"key{number}: 1\n" for number in range(3000)), id="keys"),
    ],
)
def test_a_file_tells_its_first_problems_and_that_there_are_more(content: str) -> None:
    checked = check(content.encode(), source="a.yaml")
    assert isinstance(checked, Invalid)
    *told, last = checked.problems
    assert len(told) == 49
    assert list(checked.problems) == sorted(checked.problems)
    assert last.message == "and more from here on: a file's first 49 problems are told"


def test_a_file_with_a_few_tells_all() -> None:
    content = SAMPLE + "".join(f"key{number}: 1\n" for number in range(49))
    checked = check(content.encode(), source="a.yaml")
    assert isinstance(checked, Invalid)
    assert len(checked.problems) == 49
    assert "more from here" not in checked.problems[-1].message


def test_a_run_tells_its_first_thousand_and_counts_the_others(tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    for number in range(30):
        content = with_lists("  - x", 100).replace("Voice Campaign", f"{number:02}")
        (tmp_path / "campaigns" / f"{number:02}.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidDefinitionsError) as caught:
        DefinitionFiles(root=tmp_path, folder="campaigns").load_now({})
    problems = caught.value.problems
    assert len(problems) == 1001
    assert problems[-1].message == "and 500 more problems from here on, in 10 files"
    assert problems[-1].path == "campaigns/20.yaml"
