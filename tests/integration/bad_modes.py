"""Bad definitions: keys of another dialing mode, or of the other version of the API."""

from tests.integration.bad_case import GOOD, Case, text

_TAIL = "queue_name: Default Queue\nenableMachineDetect: false\nmaxSkips: 1\n"
_QUEUE, _SWITCH, _SKIPS = _TAIL.splitlines(keepends=True)
_FLOW = "experienceFlowName: Reminder\n"
_CHOICE = "enableMachineDetect: detect\n"
_DNC = "dncLists: {name: Never}\n"

_ONLY_PREVIEW = "maxSkips is only for Preview; {} has none: remove it"
_ONLY_AGENTS = "queue_name is only for Preview and Progressive; Agentless has none: remove it"
_ONLY_AGENTLESS = "experienceFlowName is only for Agentless; {} has none: remove it"
_ONLY_THERE = "enableMachineDetect is only for Agentless where there are dncLists; {} has none: remove it"
_CHOICES = "is not one of no, detect, disconnect"


def _case(name: str, mode: str, tail: str, *expected: tuple[str, str]) -> Case:
    """Return a case of one mode; a ``§`` at the start points at what lacks a key, as in every case."""
    whole = GOOD.replace("dialingMode: Preview", f"dialingMode: {mode}").removesuffix(_TAIL) + tail
    lacks = sum("." not in key and words.startswith("is missing") for key, words in expected)
    return text(name, "§" * lacks + whole, *expected)


MODES = (
    _case(
        "a Progressive's skips",
        "Progressive",
        f"{_QUEUE}{_SWITCH}§{_SKIPS}",
        ("maxSkips", _ONLY_PREVIEW.format("Progressive")),
    ),
    _case(
        "an Agentless' skips",
        "Agentless",
        f"{_FLOW}{_SWITCH}§{_SKIPS}",
        ("maxSkips", _ONLY_PREVIEW.format("Agentless")),
    ),
    _case("an Agentless' queue", "Agentless", f"{_FLOW}§{_QUEUE}{_SWITCH}", ("queue_name", _ONLY_AGENTS)),
    _case(
        "a Preview's flow",
        "Preview",
        f"{_TAIL}§{_FLOW}",
        ("experienceFlowName", _ONLY_AGENTLESS.format("Preview")),
    ),
    _case(
        "a Progressive's flow",
        "Progressive",
        f"{_QUEUE}{_SWITCH}§{_FLOW}",
        ("experienceFlowName", _ONLY_AGENTLESS.format("Progressive")),
    ),
    _case(
        "no skips",
        "Preview",
        f"{_QUEUE}{_SWITCH}",
        ("maxSkips", "is missing: a whole number from 0 to 1000000 (skips)"),
    ),
    _case(
        "a Preview without queue",
        "Preview",
        f"{_SWITCH}{_SKIPS}",
        ("queue_name", "is missing: the name of an agent queue"),
    ),
    _case(
        "a Progressive without queue",
        "Progressive",
        _SWITCH,
        ("queue_name", "is missing: the name of an agent queue"),
    ),
    _case(
        "no flow", "Agentless", _SWITCH, ("experienceFlowName", "is missing: the name of an experience flow")
    ),
    _case(
        "a Preview made Agentless",
        "Agentless",
        f"§{_QUEUE}{_SWITCH}§{_SKIPS}",
        ("experienceFlowName", "is missing"),
        ("queue_name", _ONLY_AGENTS),
        ("maxSkips", _ONLY_PREVIEW.format("Agentless")),
    ),
    _case(
        "a Preview's detection with a list",
        "Preview",
        f"{_DNC}{_QUEUE}§{_SWITCH}{_SKIPS}",
        ("enableMachineDetect", _ONLY_THERE.format("Preview")),
    ),
    _case(
        "a Progressive's detection with a list",
        "Progressive",
        f"{_DNC}{_QUEUE}§{_SWITCH}",
        ("enableMachineDetect", _ONLY_THERE.format("Progressive")),
    ),
    _case(
        "a Preview's choice with a list",
        "Preview",
        f"{_DNC}{_QUEUE}§{_CHOICE}{_SKIPS}",
        ("enableMachineDetect", _ONLY_THERE.format("Preview")),
    ),
    _case(
        "an Agentless' switch with a list",
        "Agentless",
        f"{_DNC}{_FLOW}enableMachineDetect: §true\n",
        ("enableMachineDetect", f"true {_CHOICES}"),
    ),
    _case(
        "an Agentless' other word with a list",
        "Agentless",
        f"{_DNC}{_FLOW}enableMachineDetect: §off\n",
        ("enableMachineDetect", _CHOICES),
    ),
    _case(
        "an Agentless' detection is missing with a list",
        "Agentless",
        f"{_DNC}{_FLOW}",
        ("enableMachineDetect", "is missing: one of no, detect, disconnect"),
    ),
    _case(
        "an Agentless' choice without a list",
        "Agentless",
        f"{_FLOW}enableMachineDetect: §detect\n",
        (
            "enableMachineDetect",
            "is not true or false; only with dncLists it is one of no, detect, disconnect, for Agentless",
        ),
    ),
    _case(
        "a Preview's choice without a list",
        "Preview",
        f"{_QUEUE}enableMachineDetect: §disconnect\n{_SKIPS}",
        ("enableMachineDetect", "is not true or false"),
    ),
    _case(
        "a Preview without detection or list",
        "Preview",
        f"{_QUEUE}{_SKIPS}",
        ("enableMachineDetect", "is missing: true or false"),
    ),
    _case(
        "a Progressive's skips with a list",
        "Progressive",
        f"{_DNC}{_QUEUE}§{_SKIPS}",
        ("maxSkips", _ONLY_PREVIEW.format("Progressive")),
    ),
    _case(
        "an Agentless' queue with a list",
        "Agentless",
        f"{_DNC}{_FLOW}§{_QUEUE}{_CHOICE}",
        ("queue_name", _ONLY_AGENTS),
    ),
    _case(
        "a Preview's flow with a list",
        "Preview",
        f"{_DNC}{_QUEUE}{_SKIPS}§{_FLOW}",
        ("experienceFlowName", _ONLY_AGENTLESS.format("Preview")),
    ),
    _case(
        "a do-not-call list that is only a name",
        "Preview",
        f"dncLists: §Never\n{_QUEUE}{_SKIPS}",
        ("dncLists", "is not a mapping with name"),
    ),
    _case(
        "several do-not-call lists",
        "Preview",
        f"dncLists: §[Never, Nor]\n{_QUEUE}{_SKIPS}",
        ("dncLists", "a list is not a mapping with name"),
    ),
    _case(
        "a do-not-call list without a name",
        "Preview",
        f"dncLists: §{{}}\n{_QUEUE}{_SKIPS}",
        ("dncLists.name", "is missing: the name of a do-not-call list"),
    ),
    _case(
        "a do-not-call list that is misspelt",
        "Preview",
        f"{_TAIL}§dncList: {{name: Never}}\n",
        ("dncList", "perhaps you meant `dncLists`"),
    ),
    _case(
        "a mode in another case: its keys come later",
        "§preview",
        f"{_QUEUE}{_SWITCH}{_FLOW}",
        ("dialingMode", "perhaps you meant Preview"),
    ),
    _case(
        "a mode that the API doesn't have",
        "§Power",
        _TAIL,
        ("dialingMode", "is not one of Agentless, Progressive, Preview"),
    ),
)
