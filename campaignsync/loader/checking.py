"""The bytes of one file to a campaign, or to all of its problems, each with its place. Pure."""

from dataclasses import dataclass

from pydantic import ValidationError

from campaignsync.definition import Campaign
from campaignsync.errors import Problem
from campaignsync.loader.mistakes import NoYamlError, Spot, spot_at
from campaignsync.loader.survey import Loc, Survey, survey
from campaignsync.loader.wording import At, Flaw, dotted, explain
from campaignsync.loader.yaml12 import UnusualError, load

_BOM = "\ufeff"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invalid:
    """A file that is no definition.

    Attributes:
        problems: All that is wrong with it.
        name: The campaign's name, where the file says one.
    """

    problems: tuple[Problem, ...]
    name: str | None = None


def check(content: bytes, *, source: str) -> Campaign | Invalid:
    """Return the campaign that a file describes, or what is wrong with it.

    Args:
        content: The file's bytes.
        source: What to call the file in problems: its path.
    """
    try:
        return Campaign.model_validate(load(_decode(content)))
    except (UnicodeDecodeError, UnusualError, ValidationError):
        # Something is wrong or rare. Only now is it worth the time to know where things stand.
        return _check_with_care(content, source)


def spot_of_name(content: bytes) -> Spot:
    """Return where a file says the campaign's name, or its start where it doesn't."""
    try:
        return survey(_decode(content)).values.get(("name",), (1, 1))
    except (UnicodeDecodeError, NoYamlError):
        return 1, 1


def _decode(content: bytes) -> str:
    text = content.decode()
    return text[1:] if text.startswith(_BOM) else text


def _check_with_care(content: bytes, source: str) -> Campaign | Invalid:
    try:
        seen = survey(_decode(content))
    except UnicodeDecodeError as error:
        return Invalid(problems=(_undecodable(content, error.start, source),))
    except NoYamlError as error:
        return Invalid(problems=(_problem(source, (), error.spot, error.message),))
    campaign, problems = _judge(seen, source)
    if campaign is not None and not problems:
        return campaign
    name = seen.value.get("name") if isinstance(seen.value, dict) else None
    return Invalid(problems=problems, name=name if isinstance(name, str) else None)


def _judge(seen: Survey, source: str) -> tuple[Campaign | None, tuple[Problem, ...]]:
    found = {(flaw.loc, flaw.spot): flaw.message for flaw in seen.flaws}
    campaign = None
    try:
        campaign = Campaign.model_validate(seen.value)
    except ValidationError as error:
        for flaw in explain(error, seen.value):
            # What YAML can't make sense of needs no second word by the models.
            found.setdefault((flaw.loc, _spot(flaw, seen)), flaw.message)
    return campaign, tuple(_problem(source, loc, spot, message) for (loc, spot), message in found.items())


def _spot(flaw: Flaw, seen: Survey) -> Spot:
    if flaw.at is At.KEY and flaw.loc in seen.keys:
        return seen.keys[flaw.loc]
    # Within what an alias stands for nothing has a place of its own; then it is the alias's.
    loc = flaw.loc[:-1] if flaw.at is At.PARENT else flaw.loc
    while loc not in seen.values:
        loc = loc[:-1]
    return seen.values[loc]


def _undecodable(content: bytes, index: int, source: str) -> Problem:
    if content.startswith(_UTF16):
        return _problem(source, (), (1, 1), "the file is UTF-16: save it as UTF-8")
    before = _decode(content[:index])
    message = f"the byte 0x{content[index]:02x} is no UTF-8: save the file as UTF-8"
    return _problem(source, (), spot_at(before, len(before)), message)


def _problem(source: str, loc: Loc, spot: Spot, message: str) -> Problem:
    line, column = spot
    return Problem(path=source, line=line, column=column, key=dotted(loc), message=message)
