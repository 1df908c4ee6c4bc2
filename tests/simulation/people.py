"""What people do meanwhile: in the repository, in the console, and with `forget` and `adopt`."""

import json
from hashlib import sha256
from random import Random

from campaignsync.identity import Definition
from tests.simulation.vendor import Vendor

Definitions = tuple[Definition, ...]


def definition(name: str, source: str, *, description: str, version: int = 0) -> Definition:
    """Return a definition file's content; the description says which campaign is meant by it."""
    body = {
        "name": name,
        "description": description,
        "contactLists": ["Buyers"],
        "priority": str(version % 5 + 1),
        "dialingMode": "Preview",
        "maxSkips": version,
    }
    digest = sha256(json.dumps(body).encode()).hexdigest()
    return Definition(name=name, source=source, digest=f"sha256:{digest}", body=body)


def first(count: int) -> Definitions:
    """Return the definitions that a repository starts with."""
    return tuple(definition(f"Camp {n}", f"campaigns/{n}.yaml", description=f"for {n}") for n in range(count))


class Author:
    """A person who edits the definitions.

    Args:
        rng: The seed's chance.
        count: How many definitions there are at first.
    """

    def __init__(self, rng: Random, count: int) -> None:
        self._rng = rng
        self._next = count
        self._removed: list[Definition] = []

    def change(self, definitions: Definitions) -> Definitions:
        """Return the definitions after one more commit."""
        actions = [self._edit, self._rename, self._rename, self._remove] if definitions else []
        action = self._rng.choice([*actions, self._add, self._restore])
        return action(definitions)

    def _edit(self, definitions: Definitions) -> Definitions:
        old = self._rng.choice(definitions)
        return _put(definitions, old, _edited(old, old.name, plus=1))

    def _rename(self, definitions: Definitions) -> Definitions:
        old = self._rng.choice(definitions)
        stem = old.name.split(" as ")[0].strip()
        name = self._rng.choice((stem, f"{stem.upper()} ", f"{stem} as B", f"{stem} as C"))
        return _put(definitions, old, _edited(old, name, plus=self._rng.choice((0, 0, 1))))

    def _remove(self, definitions: Definitions) -> Definitions:
        gone = self._rng.choice(definitions)
        self._removed.append(gone)
        return tuple(each for each in definitions if each is not gone)

    def _add(self, definitions: Definitions) -> Definitions:
        number, self._next = self._next, self._next + 1
        return (*definitions, *first(number + 1)[number:])

    def _restore(self, definitions: Definitions) -> Definitions:
        back = self._removed.pop() if self._removed else None
        taken = {each.key for each in definitions}
        return definitions if back is None or back.key in taken else (*definitions, back)


def _edited(old: Definition, name: str, *, plus: int) -> Definition:
    body = old.body or {}
    version = body["maxSkips"] + plus
    return definition(name, old.source, description=body["description"], version=version)


def _put(definitions: Definitions, old: Definition, new: Definition) -> Definitions:
    """Replace one, unless another has that name already, which the loader would refuse."""
    others = [each for each in definitions if each is not old]
    return definitions if new.key in {each.key for each in others} else (*others, new)


class Console:
    """People who work in the vendor's console.

    Args:
        vendor: The account.
        rng: The seed's chance.
    """

    def __init__(self, vendor: Vendor, rng: Random) -> None:
        self._vendor = vendor
        self._rng = rng

    def act(self, definitions: Definitions) -> None:
        """Do one thing: make a campaign, rename one, delete a stranger's."""
        choice = self._rng.random()
        if choice < 0.5:
            self.make_other()
        elif choice < 0.6 and definitions:
            name = self._rng.choice(definitions).name
            self._vendor.make({**_other(), "name": name})
        elif choice < 0.7:
            self._rename()
        else:
            self._delete()

    def make_other(self) -> None:
        """Make a campaign that has nothing to do with any definition."""
        self._vendor.make({**_other(), "name": f"Other {self._rng.randrange(10**6)}"})

    def _rename(self) -> None:
        if self._vendor.campaigns:
            campaign = self._rng.choice(self._vendor.campaigns)
            own = campaign.body["name"]
            campaign.name = own if campaign.name != own else f"{own} (paused)"

    def _delete(self) -> None:
        strangers = [each for each in self._vendor.campaigns if not each.made_for]
        if strangers:
            self._vendor.campaigns.remove(self._rng.choice(strangers))


def _other() -> dict[str, object]:
    return {"description": "other", "contactLists": ["Else"], "priority": "1", "dialingMode": "Progressive"}
