"""Packs: what the law, or a regulator's guide, says about hours and number of calls, one YAML file each.

Pure: reads files of this package only. A pack says where it was read, and when; that nothing is found by it
is no clearance.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from campaignsync.definitions.model import Line, Part
from campaignsync.definitions.yaml import read
from campaignsync.places import is_within
from campaignsync.policy.model import Day, Purpose, place_code, zone_name
from campaignsync.policy.windows import Windows

Kind = Literal["law", "guide", "code", "none"]
"""Binding; a regulator's guidance; an industry's code; or: looked for, and no rule on hours found."""


def _clock(name: str) -> str:
    return name if name == "party" else zone_name(name)


class Attempts(Part):
    """The most calls to one person in a period."""

    model_config = ConfigDict(title="Attempts")

    most: int = Field(alias="max", ge=1)
    days: Literal[1, 7, 30]


class Pack(Part):
    """One place's rules for calls of some purposes."""

    model_config = ConfigDict(title="Pack")

    id: Annotated[Line, Field(pattern=r"^[a-z]{2}(-[a-z]+)?$")]
    title: Line
    kind: Kind
    purposes: Annotated[list[Purpose], Field(min_length=1)]
    place: Annotated[Line, AfterValidator(place_code)]
    also: list[str] = Field(default=[])
    clock: Annotated[Line, AfterValidator(lambda name: name if name == "party" else zone_name(name))] = (
        "party"
    )
    hours: Windows | None = None
    holidays: Literal["open", "closed"] = "open"
    attempts: list[Attempts] = Field(default=[])
    min_ring_time: int | None = Field(default=None, alias="minRingTime", ge=5, le=120)
    lifted: Line | None = None
    note: Line | None = None
    cite: Line
    source: Annotated[Line, Field(pattern=r"^https://")]
    checked: Day
    against: Literal["statute", "regulator", "secondary"]
    confidence: Literal["high", "medium"]

    @property
    def is_read(self) -> bool:
        """Whether it was read in the rule's own text, or on the regulator's page."""
        return self.against != "secondary"


@cache
def packs() -> Mapping[str, Pack]:
    """Return all packs, by id."""
    folder = resources.files("campaignsync.policy").joinpath("packs")
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    found = (Pack.model_validate(read(file.read_text("utf-8")).value) for file in files)
    return {pack.id: pack for pack in found}


def of_place(place: str, purpose: Purpose | None) -> Iterator[Pack]:
    """Find the packs of a place and of what it is a part of, for a purpose; None counts as sales.

    Those of its own parts are none of them: who calls a country may call no one in a certain state.
    """
    for pack in packs().values():
        if is_within(place, pack.place) and (purpose or "sales") in pack.purposes:
            yield pack


def with_also(chosen: Sequence[Pack]) -> list[Pack]:
    """Return packs, and those that hold as well, each once."""
    found = dict.fromkeys(pack.id for pack in chosen)
    for pack in chosen:
        found.update(dict.fromkeys(pack.also))
    return [packs()[each] for each in found]


STALE_AFTER_DAYS = 180
"""Days after which a pack says that it is old (the product's contract, "Packs")."""


def is_stale(pack: Pack, today: date) -> bool:
    """Return whether a pack was read so long ago that the rule may have changed."""
    return (today - pack.checked).days > STALE_AFTER_DAYS
