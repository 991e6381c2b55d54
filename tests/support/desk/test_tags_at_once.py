"""Two managers rename two tags to each other's name at once: one waits for the other, and neither is left without an answer."""

from support.desk import tags
from support.tickets.tag_models import Tag
from tests.billing.test_limits_at_once import at_once
from tests.factories import people, support

NOON = support.NOON


def test_two_tags_renamed_to_each_other_at_once_end_as_one(committed):
    managers = [people.manager(), people.manager()]
    tags.enlist(actor=managers[0], names=["tax", "vat"], at=NOON)
    tax, vat = Tag.objects.order_by("name")

    faults = at_once(
        lambda: tags.rename(actor=managers[0], tag=tax, to="vat", at=NOON),
        lambda: tags.rename(actor=managers[1], tag=vat, to="tax", at=NOON),
    )  # fmt: skip

    assert [type(fault) for fault in faults] == [tags.TagRefused]
    assert Tag.objects.filter(retired=False).count() == 1
