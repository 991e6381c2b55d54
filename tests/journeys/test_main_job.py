"""The main job, as people do it: from a period billed twice to put right, and the manager's limit that holds at once.

Eight people, each in a browser window of their own, on the running product. The steps follow one another; each ends on
something its person can see.
"""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey
TWO_SECONDS, A_WHILE = 2_000, 20_000
BIG, SMALL = "900.00", "120.00"


def test_from_a_double_billing_to_put_right(signed_in, accord):
    see_the_group_as_a_tree(signed_in("admin@helios.example"))
    change_seats_in_the_middle_of_a_period(signed_in("member@berlin.helios.example"))
    pay_everything_below_in_one_go(signed_in("payer@helios.example"))
    member = signed_in("member@berlin.helios.example")
    small = find_a_period_billed_twice(member, "INV-2")
    finance = open_the_finance_inbox(signed_in("finance@accord.example"))
    agent = signed_in("agent@accord.example")
    put_it_right_in_two_clicks(agent, small)
    read_and_acknowledge_within_two_seconds(finance, SMALL)
    see_what_was_done_and_say_thanks(member, small)
    big = find_a_period_billed_twice(member, "INV-9")
    ask_above_the_limit(agent, big)
    decide_in_one_click(signed_in("supervisor@accord.example"), BIG)
    read_and_acknowledge_within_two_seconds(finance, BIG)
    expect(member_ticket(member, big)).to_contain_text("Resolved", timeout=A_WHILE)
    lower_the_limit(signed_in("manager@accord.example"))
    be_refused_by_the_new_limit(agent)
    assert accord.manage("check_tree") == ""
    assert accord.manage("verify_books") == ""
