"""The plan action's script that makes of a plan what a job can hand to another."""

import base64
import gzip
import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[2] / ".github" / "actions" / "plan" / "hand_over.py"
TARGET = {"host": None, "appId": None, "state": "state/campaigns.json", "isNew": True}


def create(number: int, **more: object) -> dict[str, object]:
    digest = f"sha256:{sha256(str(number).encode()).hexdigest()}"
    return {"name": f"Campaign {number}", "digest": digest, "body": {"description": "d" * 1000}, **more}


def plan_of(
    *creates: dict[str, object], pending: tuple[dict[str, object], ...] = (), held: int = -1
) -> dict[str, Any]:
    return {
        "formatVersion": 1,
        "target": TARGET,
        "create": [*creates],
        "pending": [*pending],
        "changed": [],
        "removed": [],
        "unchanged": 7,
        "findings": [{"rule": "names/renamed", "name": f"Campaign {held}"}],
    }


def hand_over(tmp_path: Path, plan: dict[str, Any], most: str = "") -> tuple[int, str]:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT, file, most],
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.rstrip("\n")


def test_target_and_digests_are_all_that_is_handed_over(tmp_path: Path) -> None:
    gone = {**create(3), "digest": None, "body": None}

    code, word = hand_over(tmp_path, plan_of(create(1), pending=(create(2), gone)))

    assert code == 0
    assert json.loads(gzip.decompress(base64.b64decode(word))) == {
        "formatVersion": 1,
        "target": TARGET,
        "create": [{"digest": create(1)["digest"]}],
        "pending": [{"digest": create(2)["digest"]}],
    }


def test_a_likely_rename_is_not_handed_over(tmp_path: Path) -> None:
    _, word = hand_over(tmp_path, plan_of(create(1), create(2), held=2))

    handed_over = json.loads(gzip.decompress(base64.b64decode(word)))
    assert handed_over["create"] == [{"digest": create(1)["digest"]}]


def test_what_is_handed_over_fits_into_one_variable(tmp_path: Path) -> None:
    _, word = hand_over(tmp_path, plan_of(*map(create, range(2400))))

    done = subprocess.run(
        ["bash", "-c", 'base64 --decode <<< "$PLAN" | gzip --decompress'],
        check=True,
        capture_output=True,
        env={"PLAN": word},
        timeout=60,
    )

    assert len(json.loads(done.stdout)["create"]) == 2400


def test_a_plan_that_does_not_fit_is_refused_in_one_line(tmp_path: Path) -> None:
    code, said = hand_over(tmp_path, plan_of(*map(create, range(2600))))

    assert code == 1
    assert said.startswith("The plan sends 2600 campaigns, and only about 2,400 can be handed to the job")
    assert "\n" not in said


def test_claims_that_may_be_sent_again_count_and_likely_renames_do_not(tmp_path: Path) -> None:
    gone = {**create(3), "digest": None, "body": None}
    plan = plan_of(create(0), create(1), pending=(create(2), gone), held=1)

    assert hand_over(tmp_path, plan, "2")[0] == 0
    assert hand_over(tmp_path, plan, "1") == (
        1,
        "The plan sends 2 campaigns, and at most 1 are allowed (the input max-creates).",
    )
