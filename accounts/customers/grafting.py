"""Grafting: which parent each node of an import gets, when rows wish for several, for none, for unknown ones or in circles.

A node gets the first parent it wishes for that leads to the top of a group without a circle; a node that stands in the
tree already stays where it is when no wish can be met. Circles are reported, never followed. Pure: the same wishes
in the same order always give the same tree.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from accounts.customers import reasons

TOP: Final = ""
DEEPEST: Final = 64


@dataclass(slots=True)
class Wish:
    """Where a node should stand: under the first possible of `parents` (refs; TOP for a group of its own).

    `stands_under` is where it stands already, None for a node still to be made.
    """

    parents: tuple[str, ...]
    stands_under: str | None = None


@dataclass(slots=True)
class Graft:
    """Where a node ends up: `parent` is None for a node that finds no place. `objections` say which wishes failed, and why."""

    parent: str | None = None
    depth: int = 0
    granted: bool = False
    objections: list[tuple[str, str]] = field(default_factory=list)


# (child, parent) -> why the child may not stand there, empty when it may
Fits = Callable[[str, str], str]


def choose(wishes: Mapping[str, Wish], *, fits: Fits, refused: Container[str] = ()) -> dict[str, Graft]:
    """Return where each node ends up.

    `wishes` holds the nodes of the import and all that stand in the groups it touches; `refused` the nodes of the import
    that cannot be made whatever their place.
    """
    return _Grafting(wishes, fits, refused).carry_out()


class _Grafting:
    """Decides a node once all it may stand under are decided; what is left then hangs in or behind circles."""

    def __init__(self, wishes: Mapping[str, Wish], fits: Fits, refused: Container[str]) -> None:
        self.wishes, self.fits, self.refused = wishes, fits, refused
        self.done: dict[str, Graft] = {}
        self.possible: dict[str, list[str]] = {}
        self.objections: dict[str, list[tuple[str, str]]] = {}
        self.children: defaultdict[str, list[str]] = defaultdict(list)
        for ref, wish in wishes.items():
            self._weigh(ref, wish)
        self.waiting = {ref: sum(parent != TOP for parent in parents) for ref, parents in self.possible.items()}
        self.ready = deque(ref for ref, count in self.waiting.items() if count == 0)

    def _weigh(self, ref: str, wish: Wish) -> None:
        objections = {parent: self._objection(ref, parent) for parent in wish.parents if parent != wish.stands_under}
        self.objections[ref] = [(parent, reason) for parent, reason in objections.items() if reason]
        usable = [parent for parent in wish.parents if not objections.get(parent)]
        if wish.stands_under is not None:
            usable.append(wish.stands_under)
        self.possible[ref] = list(dict.fromkeys(usable))
        for parent in self.possible[ref]:
            self.children[parent].append(ref)

    def _objection(self, ref: str, parent: str) -> str:
        if parent == ref:
            return reasons.say("parent.itself")
        if parent != TOP and parent not in self.wishes:
            if parent in self.refused:
                return reasons.say("parent.refused", parent=parent)
            return reasons.say("parent.unknown", parent=parent)
        return self.fits(ref, parent)

    def carry_out(self) -> dict[str, Graft]:
        self._decide_all_ready()
        while circles := self._circles():
            if not self._open(circles):
                self._give_up(circles)
            self._decide_all_ready()
        return self.done

    def _decide_all_ready(self) -> None:
        while self.ready:
            ref = self.ready.popleft()
            if ref not in self.done:
                self._decide(ref)

    def _decide(self, ref: str) -> None:
        graft = self.done[ref] = Graft(objections=self.objections[ref])
        for parent in self.possible[ref]:
            if graft.parent is None and self._holds(parent, ref):
                self._place(graft, parent, self.wishes[ref])
            elif reason := self._excuse(parent):
                graft.objections.append((parent, reason))
        self._tell_children(ref)

    def _holds(self, parent: str, ref: str) -> bool:
        if parent == TOP:
            return True
        above = self.done.get(parent)
        stands_there = self.wishes[ref].stands_under == parent
        return above is not None and above.parent is not None and (stands_there or above.depth < DEEPEST)

    def _place(self, graft: Graft, parent: str, wish: Wish) -> None:
        graft.parent, graft.granted = parent, parent in wish.parents or not wish.parents
        graft.depth = 1 if parent == TOP else self.done[parent].depth + 1

    def _excuse(self, parent: str) -> str:
        if parent == TOP:
            return ""
        if parent not in self.done:
            return reasons.say("parent.circle", parent=parent)
        if self.done[parent].parent is None:
            return reasons.say("parent.refused", parent=parent)
        if self.done[parent].depth < DEEPEST:
            return ""
        return reasons.say("parent.too_deep", parent=parent, levels=DEEPEST)

    def _tell_children(self, ref: str) -> None:
        for child in self.children[ref]:
            self.waiting[child] -= 1
            if self.waiting[child] == 0 and child not in self.done:
                self.ready.append(child)

    def _circles(self) -> list[str]:
        """Return the undecided nodes that hang in circles or between two; what only hangs behind one is left out."""
        undecided = [ref for ref in self.wishes if ref not in self.done]
        below = {ref: sum(child not in self.done for child in self.children[ref]) for ref in undecided}
        ends = deque(ref for ref in undecided if below[ref] == 0)
        while ends:
            ref = ends.popleft()
            for parent in self._undecided_parents(ref):
                below[parent] -= 1
                if below[parent] == 0:
                    ends.append(parent)
        return [ref for ref in undecided if below[ref]]

    def _undecided_parents(self, ref: str) -> Iterator[str]:
        return (parent for parent in self.possible[ref] if parent != TOP and parent not in self.done)

    def _open(self, circles: Iterable[str]) -> bool:
        """Open circles where a member may stand outside; say whether any was."""
        opened = False
        for ref in circles:
            if ref not in self.done and any(self._holds(parent, ref) for parent in self.possible[ref]):
                self._decide(ref)
                self._decide_all_ready()
                opened = True
        return opened

    def _give_up(self, circles: Iterable[str]) -> None:
        circles = list(circles)
        leading_back = {ref: list(self._undecided_parents(ref)) for ref in circles}
        for ref, parents in leading_back.items():
            back: list[tuple[str, str]] = [(parent, reasons.say("parent.circle", parent=parent)) for parent in parents]
            self.done[ref] = Graft(objections=self.objections[ref] + back)
        for ref in circles:
            self._tell_children(ref)
