"""The API's sample and the repo's own definitions: valid, and sent as they say."""

import json
from pathlib import Path

from campaignsync.definitions import DefinitionFiles
from tests.integration.sample_body import SAMPLE

ROOT = Path(__file__).parents[2]


def files(root: Path) -> DefinitionFiles:
    return DefinitionFiles(root=root, folder="campaigns")


def write(root: Path, content: str) -> None:
    (root / "campaigns").mkdir()
    (root / "campaigns/a.yaml").write_text(content)


def test_the_sample_of_the_api_pasted_as_it_stands_is_sent_as_it_stands(tmp_path: Path) -> None:
    write(tmp_path, SAMPLE)
    (definition,) = files(tmp_path).load_now({})
    assert json.dumps(definition.body, indent=4) == SAMPLE


def test_the_sample_with_tabs_as_indentation_is_json_still(tmp_path: Path) -> None:
    write(tmp_path, SAMPLE.replace("    ", "\t"))
    (definition,) = files(tmp_path).load_now({})
    assert json.dumps(definition.body, indent=4) == SAMPLE


def test_the_example_definitions_are_valid_and_one_is_the_sample() -> None:
    found = {definition.source: definition.body for definition in files(ROOT).load_now({})}
    assert list(found) == [
        "campaigns/appointment-confirmation.yaml",
        "campaigns/billing-reminder.yaml",
        "campaigns/renewals/warranty-renewal.yaml",
    ]
    assert json.dumps(found["campaigns/billing-reminder.yaml"], indent=4) == SAMPLE


def test_each_example_names_the_schema_for_editors() -> None:
    root = ROOT / "campaigns"
    for path in root.rglob("*.yaml"):
        comment, _, schema = path.read_text().split("\n")[0].partition("=")
        assert comment == "# yaml-language-server: $schema"
        assert (path.parent / schema).resolve() == root / ".campaign.schema.json"
