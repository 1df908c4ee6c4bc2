"""Bad definitions: what each key may not say."""

from tests.integration.bad_case import GOOD, block, edit, hours, text, value, without

_STRATEGY = "dialingStrategy"
_HOURS = "dialingStrategy.callingHours"
_TUESDAY = "dialingStrategy.callingHours.days[1]"

_TEXTS = (
    value("name", '""', "is blank"),
    value("name", '"   "', "is blank"),
    value("name", '"\\u200b"', "is blank"),
    value("name", "N" * 49, "49 characters are more than 48"),
    value("name", "2025", "2025 is a number to YAML, not a string: write it in quotes"),
    value("name", "true", "true is a boolean to YAML, not a string: write it in quotes"),
    value("name", "null", "has no value: a string of 1 to 48 characters"),
    value("name", "[Spring Offer]", "a list is not a string"),
    value("name", '"Spring\\nOffer"', "holds <U+000A>"),
    value("name", '"Spring\\u2028Offer"', "holds <U+2028>"),
    value("name", '"Spring\\eOffer"', "holds <U+001B>"),
    value("description", "D" * 257, "257 characters are more than 256"),
    value("description", '" "', "is blank"),
    value("description", '"Ring\\a"', "holds <U+0007>"),
    value("description", "12", "is a number to YAML"),
    value("queue_name", '""', "is blank"),
    value("queue_name", "7", "is a number to YAML"),
    value("queue_name", '"Default\\tQueue"', "holds <U+0009>"),
    without("name", "name: Spring Offer\n", "description:", "name"),
    without(
        "description",
        "description: Calls those who asked for the spring offer.\n",
        "name: Spring",
        "description",
    ),
    without("queue_name", "queue_name: Default Queue\n", "name: Spring", "queue_name"),
)

_LISTS = "contactLists:\n  - Spring - Asked\n  - Spring - Wrote\n"

_CONTACT_LISTS = (
    without("contactLists", _LISTS, "name: Spring", "contactLists"),
    text("no contact list", edit(_LISTS, "contactLists: §[]\n"), ("contactLists", "the list is empty")),
    text(
        "contact lists without value",
        edit(_LISTS, "contactLists:§\n"),
        ("contactLists", "has no value: a list of at least one contact list's name"),
    ),
    text(
        "a text as contact lists",
        edit(_LISTS, "contactLists: §Spring - Asked\n"),
        ("contactLists", '"Spring - Asked" is not a list'),
    ),
    text(
        "a contact list twice",
        edit("- Spring - Wrote", "- §Spring - Asked"),
        ("contactLists[1]", "duplicate of contactLists[0]: those contacts would be called twice"),
    ),
    text("a blank contact list", edit("- Spring - Wrote", "- §''"), ("contactLists[1]", "is blank")),
    text("a number as contact list", edit("- Spring - Wrote", "- §5"), ("contactLists[1]", "in quotes")),
    text("an empty item", edit("- Spring - Wrote", "-§"), ("contactLists[1]", "has no value")),
)

_CHOICES = (
    value("priority", "0", "0 is not one of 1, 2, 3, 4, 5"),
    value("priority", "6", "6 is not one of 1, 2, 3, 4, 5"),
    value("priority", '"6"', '"6" is not one of 1, 2, 3, 4, 5'),
    value("priority", "-1", "-1 is not one of 1, 2, 3, 4, 5"),
    value("priority", "true", "true is not one of 1, 2, 3, 4, 5"),
    value("priority", "2.5", "2.5 is not one of 1, 2, 3, 4, 5"),
    value("priority", "high", '"high" is not one of 1, 2, 3, 4, 5'),
    value("dialingMode", "preview", "perhaps you meant Preview"),
    value("dialingMode", "Manual", "is not one of Agentless, Progressive, Preview"),
    value(f"{_HOURS}.frequency", "Weekly", "perhaps you meant WEEKLY"),
    value(f"{_HOURS}.frequency", "MONTHLY", "is not one of WEEKLY, DAILY, CUSTOM"),
    value(f"{_STRATEGY}.dialingOrder", "RANDOM", "is not one of FIFO, LIFO"),
    value(f"{_STRATEGY}.dialingOrder", "~", "has no value: one of FIFO, LIFO"),
    value("enableMachineDetect", "yes", '"yes" is not true or false: write true, without quotes'),
    value("enableMachineDetect", '"false"', "write false, without quotes"),
    value("enableMachineDetect", "0", "0 is not true or false"),
    text(
        "enableMachineDetect without value",
        edit("enableMachineDetect: false", "enableMachineDetect:§"),
        ("enableMachineDetect", "has no value: true or false"),
    ),
    text("campaignType sms", f"{GOOD}campaignType: §sms\n", ("campaignType", '"sms" is not voice')),
    text("campaignType without value", f"{GOOD}campaignType:§\n", ("campaignType", "has no value")),
    text(
        "scheduling",
        f"{GOOD}schedule:\n  isSchedulingEnabled: §true\n",
        ("schedule.isSchedulingEnabled", "only false: the keys that say when are not documented"),
    ),
    text(
        "a number for scheduling",
        f"{GOOD}schedule:\n  isSchedulingEnabled: §0\n",
        ("schedule.isSchedulingEnabled", "0 is not false"),
    ),
    text("schedule without value", f"{GOOD}schedule:§\n", ("schedule", "has no value")),
    text("an empty schedule", f"{GOOD}schedule: §{{}}\n", ("schedule.isSchedulingEnabled", "is missing")),
)

_NUMBERS = (
    value(f"{_STRATEGY}.maxAttemptsPerRecord", "0", "0 is less than 1 (calls)"),
    value(f"{_STRATEGY}.maxAttemptsPerRecord", "101", "101 is more than 100 (calls)"),
    value(
        f"{_STRATEGY}.maxAttemptsPerRecord", '"3"', '"3" is not a whole number from 1 to 100 (calls): remove'
    ),
    value(f"{_STRATEGY}.maxAttemptsPerRecord", "3.5", "3.5 is not a whole number"),
    value(f"{_STRATEGY}.maxAttemptsPerRecord", "3.0", "3.0 is not a whole number"),
    value(f"{_STRATEGY}.maxAttemptsPerRecord", "true", "true is not a whole number"),
    value(f"{_STRATEGY}.maxAttemptsPerRecord", "null", "has no value"),
    value(f"{_STRATEGY}.maxAttemptsPerRecord", "1_000", '"1_000" is not a whole number'),
    value(f"{_STRATEGY}.defaultRetryPeriod", "0", "0 is less than 1 (minutes)"),
    value(f"{_STRATEGY}.defaultRetryPeriod", "1441", "1441 is more than 1440 (minutes)"),
    value(f"{_STRATEGY}.defaultRetryPeriod", ".inf", "inf is not a whole number"),
    value(f"{_STRATEGY}.maxRingTime", "4", "4 is less than 5 (seconds)"),
    value(f"{_STRATEGY}.maxRingTime", "121", "121 is more than 120 (seconds)"),
    value(f"{_STRATEGY}.maxRingTime", "0x79", "121 is more than 120 (seconds)"),
    value(f"{_STRATEGY}.maxRingTime", "9" * 300, "is more than 120 (seconds)"),
    value(f"{_STRATEGY}.maxRingTime", "9" * 5000, "a number of 5000 characters is longer than any key takes"),
    value("maxSkips", "-1", "-1 is less than 0 (skips)"),
    value("maxSkips", "1000001", "1000001 is more than 1000000 (skips)"),
    value("maxSkips", "9" * 23, f"{'9' * 23} is more than 1000000 (skips)"),
    value("maxSkips", "1.0", "1.0 is not a whole number"),
    without("maxRingTime", "  maxRingTime: 30\n", "callerId:", f"{_STRATEGY}.maxRingTime"),
)

_CALLER = f"{_STRATEGY}.callerId.phoneNumber"

_TELEPHONE = (
    value(_CALLER, "+12025550123", "12025550123 is a number to YAML, which drops the +: quote it"),
    value(_CALLER, '"12025550123"', 'such as "+12025550123"'),
    value(_CALLER, '"+02025550123"', "the first not 0"),
    value(_CALLER, '"+123456"', "7 to 15 digits"),
    value(_CALLER, '"+1234567890123456"', "7 to 15 digits"),
    value(_CALLER, '"+1 (202) 555-0123"', 'perhaps you meant "+12025550123"'),
    value(_CALLER, '"+1202555CALL"', "is not a telephone number"),
    value(_CALLER, '"+12025550123\\n"', "is not a telephone number"),
    text(
        "a text as callerId",
        edit('callerId:\n    phoneNumber: "+12025550123"', 'callerId: §"+12025550123"'),
        (f"{_STRATEGY}.callerId", "is not a mapping with phoneNumber"),
    ),
    text(
        "callerId without value",
        edit('callerId:\n    phoneNumber: "+12025550123"', "callerId:§"),
        (f"{_STRATEGY}.callerId", "has no value: a mapping with phoneNumber"),
    ),
)

_ZONE = f"{_HOURS}.timezone"

_CALLING_HOURS = (
    value(_ZONE, "Asia/Calcuta", "perhaps you meant Asia/Calcutta"),
    value(_ZONE, "asia/kolkata", "perhaps you meant Asia/Kolkata"),
    value(_ZONE, "IST", '"IST" is not a time zone of the IANA, such as Asia/Kolkata'),
    value(_ZONE, "+05:30", "is not a time zone of the IANA"),
    value(_ZONE, "5.5", "5.5 is not a time zone"),
    value(_ZONE, "Factory", "is not a time zone of the IANA"),
    block(hours("§9am", '"6:00 PM"'), (f"{_TUESDAY}.start", 'perhaps you meant "9:00 AM"')),
    block(hours('§"09:00 AM"', '"6:00 PM"'), (f"{_TUESDAY}.start", 'perhaps you meant "9:00 AM"')),
    block(hours('"9:00 AM"', '§"17:30"'), (f"{_TUESDAY}.end", 'perhaps you meant "5:30 PM"')),
    block(hours('"9:00 AM"', '§"25:00 PM"'), (f"{_TUESDAY}.end", 'such as "9:00 AM" or "12:30 PM"')),
    block(hours('"9:00 AM"', '§"24:00"'), (f"{_TUESDAY}.end", "is not a time")),
    block(hours('"9:00 AM"', '§"0:30 PM"'), (f"{_TUESDAY}.end", "is not a time")),
    block(hours('"9:00 AM"', '§"6:60 PM"'), (f"{_TUESDAY}.end", "is not a time")),
    block(hours('"9:00 AM"', '§"6:00 pm"'), (f"{_TUESDAY}.end", 'perhaps you meant "6:00 PM"')),
    block(
        hours("§9", "§18"), (f"{_TUESDAY}.start", "9 is not a time"), (f"{_TUESDAY}.end", "18 is not a time")
    ),
    block(hours('"6:00 PM"', '§"9:00 AM"'), (f"{_TUESDAY}.end", "9:00 AM is not after the start, 6:00 PM")),
    block(hours('"9:00 AM"', '§"9:00 AM"'), (f"{_TUESDAY}.end", "is not after the start")),
    block(hours('"9:00 PM"', '§"12:00 AM"'), (f"{_TUESDAY}.end", "11:59 PM its last")),
    block('§{day: MO, start: "5:59 PM", end: "8:00 PM"}', (_TUESDAY, "overlaps with days[0]")),
    block('§{day: MO, start: "10:00 AM", end: "11:00 AM"}', (_TUESDAY, "overlaps with days[0]")),
    block('{day: §Tuesday, start: "9:00 AM", end: "6:00 PM"}', (f"{_TUESDAY}.day", "is not one of MO, TU")),
    block('{day: §tu, start: "9:00 AM", end: "6:00 PM"}', (f"{_TUESDAY}.day", "perhaps you meant TU")),
    block('§{day: TU, start: "9:00 AM"}', (f"{_TUESDAY}.end", "is missing: a time")),
    block("§TU", (_TUESDAY, '"TU" is not a mapping with day, start and end')),
    text(
        "no block",
        edit(GOOD[GOOD.index("days:") : GOOD.index("  dialingOrder")], "days: §[]\n"),
        (f"{_HOURS}.days", "the list is empty: a list of at least one block"),
    ),
    text(
        "a mapping of days",
        edit(GOOD[GOOD.index("days:") : GOOD.index("  dialingOrder")], "days: §{MO: '9:00 AM'}\n"),
        (f"{_HOURS}.days", "a mapping is not a list"),
    ),
)


def _many() -> str:
    """Return one definition with everything wrong that can be told at once."""
    marked = edit("name: Spring", "§name: Spring")
    for good, bad in (
        ("priority: 3", "priority: §9"),
        ('        end: "6:00 PM"', '        end: §"8:00 AM"'),
        ("maxRingTime: 30", "maxRingTime: §200"),
        ("enableMachineDetect: false", "enableMachineDetect: false\n§enableMachineDetect: §1"),
        ("maxSkips: 1", "§maxSkip: 1"),
    ):
        marked = edit(good, bad, marked)
    return marked


_KEYS = (
    text(
        "a key more, with a slip",
        edit("  maxRingTime: 30\n", "  maxRingTime: 30\n  §maxRingTme: 30\n"),
        (f"{_STRATEGY}.maxRingTme", "unknown key; perhaps you meant `maxRingTime`"),
    ),
    text("queueName", f"{GOOD}§queueName: X\n", ("queueName", "unknown key; perhaps you meant `queue_name`")),
    text(
        "a key of another level", f"{GOOD}§maxRingTime: 30\n", ("maxRingTime", "belongs in dialingStrategy")
    ),
    text(
        "a key of the top level",
        edit("  maxRingTime: 30\n", "  maxRingTime: 30\n  §maxSkips: 1\n"),
        (f"{_STRATEGY}.maxSkips", "belongs at the top level"),
    ),
    text("a foreign key", f"{GOOD}§whatever: {{name: X}}\n", ("whatever", "unknown key; known here: name, ")),
    text("a merge key", f"{GOOD}§<<: {{maxSkips: 1}}\n", ("<<", "YAML 1.2 has no merge key")),
    text("a key twice", f"{GOOD}§maxSkips: 2\n", ("maxSkips", "duplicate key: it is already on line")),
    text(
        "a key twice, deep",
        edit("  maxRingTime: 30\n", "  maxRingTime: 30\n  §maxRingTime: 30\n"),
        (f"{_STRATEGY}.maxRingTime", "duplicate key: it is already on line"),
    ),
    text(
        "a key twice, once quoted",
        f'{GOOD}§"maxSkips": 1\n',
        ("maxSkips", "duplicate key: it is already on line"),
    ),
    text("a number as key", f"{GOOD}§1: x\n", ("1", "keys must be strings; this one is a number: quote it")),
    text("nothing as key", f"{GOOD}§~: x\n", ("~", "keys must be strings; this one is null: quote it")),
    text(
        "many at once",
        _many(),
        ("maxSkips", "is missing: a whole number from 0 to 1000000 (skips)"),
        ("priority", "9 is not one of 1, 2, 3, 4, 5"),
        (f"{_TUESDAY}.end", "8:00 AM is not after the start"),
        (f"{_STRATEGY}.maxRingTime", "200 is more than 120 (seconds)"),
        ("enableMachineDetect", "duplicate key: it is already on line"),
        ("enableMachineDetect", "1 is not true or false"),
        ("maxSkip", "perhaps you meant `maxSkips`"),
    ),
)

VALUES = (*_TEXTS, *_CONTACT_LISTS, *_CHOICES, *_NUMBERS, *_TELEPHONE, *_CALLING_HOURS, *_KEYS)
"""All of them."""
