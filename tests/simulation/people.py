"""What people do meanwhile: in the repository, in the console, and with `forget` and `adopt`."""

import json
from collections.abc import Callable
from hashlib import sha256
from random import Random

from campaignsync.identity import Definition
from tests.simulation.remote import MAIN, Clone, Commit, Definitions, WorkTree
from tests.simulation.vendor import Vendor


def definition(name: str, source: str, *, description: str, version: int = 0) -> Definition:
    """Return a definition file's content; the description says which campaign is meant by it.

    By its description and its version it has a do-not-call list or has none, so that an edit may change by
    which version of the API it is sent.
    """
    has_list = (len(description) + ord(description[-1]) + version) % 3 == 0
    body: dict[str, object] = {
        "name": name,
        "description": description,
        "contactLists": ["Buyers"],
        "priority": str(version % 5 + 1),
        "dialingMode": "Preview",
        "maxSkips": version,
        **({"dncLists": {"name": "Never"}} if has_list else {}),
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
        # Another tree may have its file still, under another name.
        taken = {taken for each in definitions for taken in (each.key, each.source)}
        return definitions if back is None or taken & {back.key, back.source} else (*definitions, back)


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


class Neighbour:
    """A person who works in the very clone and work tree in which runs happen.

    Nothing that they do may matter to a run, but for a commit of definitions on the branch that it reads.

    Args:
        clone: The clone.
        tree: The work tree.
        rng: The seed's chance.
        is_local: The clone's own branch is what runs read.
        change: Returns the definitions after one more edit.
    """

    def __init__(
        self,
        clone: Clone,
        tree: WorkTree,
        rng: Random,
        *,
        is_local: bool,
        change: Callable[[Definitions], Definitions],
    ) -> None:
        self._clone = clone
        self._tree = tree
        self._rng = rng
        self._is_local = is_local
        self._change = change

    def act(self) -> str:
        """Do one thing; return what."""
        actions = [self._commit, self._switch, self._reset, self._restore_older_state, self._edit_on_disk]
        if not self._is_local:
            actions += [self._fetch, self._pull, self._pull, self._push]
        action = self._rng.choice(actions)
        action()
        return action.__name__.strip("_")

    def _head(self) -> Commit:
        return self._clone.branches[self._tree.branch]

    def _reset(self) -> None:
        """Put away whatever differs from the commit, as ``git stash`` and ``git reset --hard`` do."""
        self._tree.definitions, self._tree.state = self._head().definitions, self._head().state

    def _commit(self) -> None:
        """Commit one change of the definitions, and nothing else that is on the disk."""
        made = self._clone.commit(self._tree.branch, self._change(self._head().definitions))
        self._tree.definitions = made.definitions

    def _switch(self) -> None:
        """Switch to another branch, made now if need be; git refuses where files would be lost."""
        if (self._tree.definitions, self._tree.state) == (self._head().definitions, self._head().state):
            branch = self._rng.choice((MAIN, "feature"))
            self._clone.branches.setdefault(branch, self._head())
            self._tree.branch = branch
            self._reset()

    def _restore_older_state(self) -> None:
        self._tree.state = self._rng.choice([commit.state for commit in self._head().history()])

    def _edit_on_disk(self) -> None:
        self._tree.definitions = self._change(self._tree.definitions)

    def _fetch(self) -> None:
        self._clone.tracking = self._clone.remote.tip

    def _pull(self) -> None:
        """Bring the remote's commits, with own ones on top of them."""
        self._fetch()
        tip, head = self._clone.tracking, self._head()
        if not head.contains(tip):
            is_behind = tip.contains(head)
            made = tip if is_behind else self._clone.rebased(head, tip, head.definitions)
            self._clone.branches[self._tree.branch] = made
        self._reset()

    def _push(self) -> None:
        self._clone.remote.take(self._head())
