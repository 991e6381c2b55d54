"""Why a change of a contract cannot be made: each reason by name, fit to show."""

from accounts.decisions import Refusal


class OutOfPlace(Refusal):
    """The change makes no sense at its place in the history."""

    code = "out_of_place"


class NotStarted(Refusal):
    """The history has no start."""

    code = "not_started"


class AlreadyStarted(Refusal):
    """A subscription starts once."""

    code = "already_started"


class ChangeBeforeStart(Refusal):
    """The change would take effect before the subscription starts."""

    code = "change_before_start"


class AlreadyCancelled(OutOfPlace):
    """The change would take effect on or after the day the subscription ended."""

    code = "already_cancelled"


class AlreadyPaused(OutOfPlace):
    """A paused subscription cannot be paused again."""

    code = "already_paused"


class NotPaused(OutOfPlace):
    """Only a paused subscription can be resumed."""

    code = "not_paused"


class UnknownPlan(Refusal):
    """The plan is not among those this subscription may have."""

    code = "unknown_plan"


class UnknownChange(Refusal):
    """No such kind of change."""

    code = "unknown_change"


class BadArgument(Refusal):
    """A detail of the change is missing or makes no sense."""

    code = "bad_argument"


class TooLateToUndo(Refusal):
    """What has already taken effect is not undone but changed again."""

    code = "too_late_to_undo"


class NothingToUndo(Refusal):
    """There is no such change, or it was undone or overtaken already, or it is none that can be undone."""

    code = "nothing_to_undo"
