"""Bad definitions: what people write by habit, and messages that misled them. Input, place and words."""

from tests.integration.bad_case import edit, text, value

_NUMBER = 'phoneNumber: "+12025550123"'

_TEXTS = (
    text(
        "a merge conflict in a value",
        edit("priority: 3\n", "§<<<<<<< HEAD\npriority: 3\n=======\npriority: 4\n>>>>>>> theirs\n"),
        ("", "a merge conflict: keep one side, and remove the lines"),
    ),
    text(
        "a merge conflict in three ways, in a list",
        edit("  - Spring - Wrote\n", "§<<<<<<< HEAD\n  - A\n||||||| base\n=======\n  - B\n>>>>>>> theirs\n"),
        ("", "a merge conflict"),
    ),
    text(
        "no space behind a colon",
        edit("maxSkips: 1", "maxSkips:§1"),
        ("", "a space is missing behind the colon: write `maxSkips: 1`"),
    ),
    text(
        "no space behind a colon, amid the file",
        edit("priority: 3", "priority:§3"),
        ("", "write `priority: 3`"),
    ),
    text(
        "a space behind a colon that is none",
        edit("priority: 3", "priority:§\u00a03"),
        ("", "behind `priority:` stands U+00A0, which only looks like a space"),
    ),
    text(
        "a quote that is closed by the next one, lines later",
        edit("description: Calls", 'description: §"Calls'),
        ("", "the quote that opens here is not closed on its line"),
    ),
    text(
        "an apostrophe in single quotes",
        edit("description: Calls those who asked for the spring offer.", "description: 'it'§s x'"),
        ("", "the text goes on behind its closing quote: write '' for the quote itself"),
    ),
    text(
        "a quote in double quotes",
        edit("description: Calls those who asked for the spring offer.", 'description: "the "§best" offer"'),
        ("", 'write \\" for the quote itself'),
    ),
    text(
        "curly quotes around a number",
        edit(_NUMBER, "phoneNumber: §\u201c+12025550123\u201d"),
        ("dialingStrategy.callerId.phoneNumber", "\u201c (U+201C) is no quote to YAML: write a plain"),
    ),
    text(
        "curly quotes between brackets",
        edit('{day: MO, start: "9:00 AM"', "{day: MO, start: §\u201c9:00 AM\u201d"),
        ("", "\u201c (U+201C) is no quote to YAML"),
    ),
    text(
        "a line of a tab",
        edit("priority: 3\n", "§\t\npriority: 3\n"),
        ("", "this line holds nothing but a tab"),
    ),
    text(
        "a tab behind a dash", edit("  - Spring - Asked", "  -§\tSpring"), ("", "a tab stands behind the `-`")
    ),
    text(
        "a tab that indents",
        edit("  - Spring - Asked", "§\t- Spring"),
        ("", "a tab can't indent: use spaces"),
    ),
    text(
        "an anchor with a colon",
        edit("name: Spring Offer", "name: §&a:b Spring"),
        ("", "behind the anchor &a stands : and no space"),
    ),
    text(
        "a narrow space in a time",
        edit('start: "9:00 AM"\n', 'start: §"9:00\u202fAM"\n'),
        ("dialingStrategy.callingHours.days[1].start", "it holds U+202F, which nobody sees"),
    ),
    text(
        "a joiner in a time",
        edit('start: "9:00 AM"\n', 'start: §"9:00\u200b AM"\n'),
        ("dialingStrategy.callingHours.days[1].start", "it holds U+200B, which nobody sees"),
    ),
    text(
        "letters of full width",
        edit("day: TU", "day: §\uff34\uff35"),
        ("dialingStrategy.callingHours.days[1].day", "\uff34 is U+FF34, not T"),
    ),
    *(
        text(
            f"a day called {word}",
            edit("day: TU", f"day: §{word}"),
            ("dialingStrategy.callingHours.days[1].day", f"perhaps you meant {day}"),
        )
        for word, day in (("Tuesday", "TU"), ("tue", "TU"), ("Thurs.", "TH"), ("SUNDAY", "SU"), ("wed", "WE"))
    ),
    *(
        text(
            f"a space U+{ord(space):04X} in {key or 'a name'}",
            edit(f"{key}: {old}", f"{key}: §{old.replace(' ', space)}"),
            (key, f"holds U+{ord(space):04X}, which only looks like a space: write a plain one"),
        )
        for space in ("\u00a0", "\u2009", "\u3000")
        for key, old in (("name", "Spring Offer"), ("queue_name", "Default Queue"))
    ),
    text(
        "a space U+00A0 in a list",
        edit("  - Spring - Asked", "  - §Spring\u00a0Asked"),
        ("contactLists[0]", "holds U+00A0, which only looks like a space"),
    ),
)

_VALUES = (
    *(
        value("dialingStrategy.callingHours.timezone", zone, words)
        for zone, words in (
            ("PST", "an abbreviation names no place: write one, such as America/New_York"),
            ("Asia/Hanoi", "perhaps you meant Asia/Ho_Chi_Minh"),
            ("Asia/Mumbai", "perhaps you meant Asia/Kolkata"),
            ("Mumbai", "perhaps you meant Asia/Kolkata"),
            ("America/San Francisco", "perhaps you meant America/Los_Angeles"),
            ("America/New_Yrok", "perhaps you meant America/New_York"),
        )
    ),
    value(
        "dialingStrategy.callerId.phoneNumber", '"+44 (0)20 7946 0123"', 'perhaps you meant "+442079460123"'
    ),
)

_LATE = text(
    "the hour 24",
    edit('        end: "6:00 PM"', '        end: §"24:00"'),
    ("dialingStrategy.callingHours.days[1].end", 'perhaps you meant "11:59 PM"'),
)

HABITS = (*_TEXTS, *_VALUES, _LATE)
