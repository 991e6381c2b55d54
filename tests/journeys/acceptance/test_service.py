"""What customers have with us and how it grows: status, orders, offers, longer terms, and the one thing offered to who leaves."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.acceptance import asking, service_scripts
from tests.journeys.acceptance.own_things import new_mark
from tests.journeys.walking import at_most, cents, look_at

pytestmark = [pytest.mark.journey, pytest.mark.long]
BERLIN, GROUP = "member@berlin.helios.example", "admin@helios.example"
AGENT, KEY_ACCOUNT = "agent@accord.example", "kam@accord.example"
DAY = r"\d{1,2} \w{3,4} \d{4}"


def test_s2_7_ticket_order_invoice_and_change_request_say_state_next_step_who_and_by_when(signed_in):
    """Four objects of one member, each read on its own page."""
    member = signed_in(BERLIN)
    asking.write_to_us(member, subject="The key of the lab", words="It is lost.")
    ticket = member.locator("main")
    expect(ticket).to_contain_text("With us")
    expect(ticket).to_contain_text(re.compile(rf"It is our turn: you hear from us by {DAY}"))
    expect(ticket).to_contain_text(re.compile(r"Who has it\s*\w+"))
    contract = order(member, "Connect Site", quantity=1)
    expect(contract.get_by_role("row").filter(has_text="Being set up 0/3").first).to_be_visible()
    expect(contract).to_contain_text(re.compile(rf"Next: Line ordered, by {DAY}\. We do it and tell you\."))
    look_at(member, "order-on-its-way")
    member.goto("/portal/invoices/INV-2/")
    expect(member.get_by_role("heading", level=1)).to_contain_text("INV-2")
    expect(member.locator("main")).to_contain_text(re.compile(rf"\d+\.\d\d\sEUR to pay, overdue since {DAY}\."))
    expect(member.locator("main")).to_contain_text(re.compile(rf"What happens next.*We remind you\s*{DAY}", re.S))
    expect(member.locator("main")).to_contain_text(re.compile(r"Paid by\s*Berlin"))
    change = ask_for_a_legal_name(member, "Helios Berlin GmbH")
    expect(change).to_contain_text("Waits for approval")
    expect(change).to_contain_text("An administrator decides")
    expect(change).to_contain_text(re.compile(DAY))
    look_at(member, "change-request-waiting")
    change.get_by_role("button", name="Withdraw").click()
    expect(member.locator("main")).to_contain_text("Withdrawn")


def order(page: Page, plan: str, *, quantity: int) -> Locator:
    """Order something under Berlin's contract; return its page."""
    page.goto(asking.home_of(page) + "contracts/?span=node")
    page.get_by_role("link", name=re.compile("^Show contract")).first.click()
    page.get_by_role("link", name="Order more").first.click()
    page.get_by_role("radio", name=plan, exact=True).check()
    page.get_by_label("How many", exact=True).fill(str(quantity))
    page.get_by_role("button", name="See the price").click()
    page.get_by_role("button", name=re.compile("^(Confirm|Ask an administrator)")).click()
    page.wait_for_load_state()
    return page.locator("main")


def ask_for_a_legal_name(page: Page, name: str) -> Locator:
    page.goto(asking.home_of(page) + "details/")
    ask = page.locator("#ask details").filter(has_text="Legal name")
    ask.locator("summary").click()
    ask.get_by_label("Legal name").fill(name)
    ask.get_by_role("button", name="Ask for it").click()
    return page.get_by_role("row").filter(has_text=name).first


def ordered_last(page: Page) -> str:
    """Return the ref of what was ordered last under the contract that an order led to."""
    page.wait_for_url("**/contracts/K-*/")
    on_its_way = page.get_by_role("row").filter(has_text="Being set up")
    expect(on_its_way.first).to_be_visible()
    return max(re.findall(r"S-\d+", " ".join(on_its_way.all_inner_texts())), key=lambda ref: int(ref[2:]))


def test_s0_20_order_is_provisioning_1_of_3_and_one_over_the_limit_waits_for_the_group_admin(signed_in, accord):
    """What the agent does is seen in the portal; what is over the member's limit is decided by the group's administrator."""
    mark, agent = new_mark(), signed_in(AGENT)  # somebody of its own: what the Berlin member ordered today counts towards a limit
    email = asking.script(accord, service_scripts.SOMEBODY_ORDERS_IN_BERLIN.format(mark=mark, password=accord.password))
    member = signed_in(email)
    order(member, "Connect Site", quantity=1)
    ours = re.compile(rf"{ordered_last(member)}(?!\d)")
    agent.goto("/backoffice/orders/")
    agent.get_by_role("row").filter(has_text=ours).get_by_role("button", name="Done").click()
    expect(agent.get_by_text("Done: Line ordered. The customer is told.")).to_be_visible()
    member.reload()
    expect(member.get_by_role("row").filter(has_text=ours)).to_contain_text("Being set up 1/3")
    expect(member.locator("main")).to_contain_text("Next: Router sent, by ")
    look_at(member, "provisioning-1-of-3")
    waiting = order(member, "Workspace Team", quantity=400)
    expect(waiting).to_contain_text("An administrator decides")
    admin = signed_in(GROUP)
    admin.goto(asking.home_of(admin) + "approvals/")
    card = admin.locator("#approvals .card").filter(has_text="Order: Workspace Team, 400").filter(has_text=mark)
    expect(card).to_contain_text(re.compile(rf"Orders {mark} was told: “.+”"))
    card.get_by_label("A word about it; needed for a no").fill("Not this year.")
    card.get_by_role("button", name="Refuse").click()
    expect(admin.locator("main")).to_contain_text("Not this year.")
    member.reload()
    expect(member.locator("main")).to_contain_text("Group administrator said no")


def test_s3_18_prospect_is_converted_under_the_same_number_and_keeps_its_history(signed_in):
    """A twin is shown before a prospect is added; the first contract makes it a customer, its contacts stay."""
    seller = signed_in(KEY_ACCOUNT)
    add_prospect(seller, name="Fjordlys Ferry")
    expect(seller.locator("main")).to_contain_text("We may know this customer already")
    expect(seller.locator("main")).to_contain_text("Fjordlys Ferries")
    look_at(seller, "prospect-with-a-twin")
    seller.get_by_label("It is none of those we know").check()
    seller.get_by_role("button", name="Add it").click()
    expect(seller.get_by_role("heading", level=1, name="Fjordlys Ferry")).to_be_visible()
    account = seller.url
    expect(seller.locator("main")).to_contain_text("Prospect")
    log_a_contact(seller, "Asked for three lines at the yard")
    seller.goto(account)
    seller.get_by_role("link", name="Sign a contract").click()
    seller.get_by_label("Begins with").select_option("Connect: Connect Site")
    seller.get_by_label("How many").fill("3")
    seller.get_by_role("button", name="Look at the price").click()
    look_at(seller, "first-contract")
    seller.get_by_role("button", name=re.compile("^Sign: ")).click()
    expect(seller.get_by_text(re.compile(r"K-\d+ is signed\."))).to_be_visible()
    assert seller.url == account
    expect(seller.locator("#story")).to_contain_text("Asked for three lines at the yard")
    expect(seller.locator("main")).to_contain_text("Connect Site")


def add_prospect(page: Page, *, name: str) -> None:
    page.goto("/backoffice/customers/")
    page.get_by_role("link", name="New customer").click()
    for label, value in {"Name": name, "Country": "NO", "Street": "Strandgata 12", "Postcode": "9008", "Town": "Tromsø"}.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Kind").select_option("Group")
    page.get_by_role("button", name="Add it").click()
    page.wait_for_load_state()


def log_a_contact(page: Page, words: str) -> None:
    page.get_by_role("link", name="Log a contact").click()
    page.get_by_label("What is it about?").fill(words)
    page.get_by_label("What was said?").fill("They want an offer by the end of the month.")
    page.get_by_role("button", name="Open the ticket").click()
    page.wait_for_load_state()


def test_s3_19_longer_term_at_renewal_brings_the_bonus_of_policy(signed_in):
    """Twelve months more: a quarter of a month's price, as the charter says, shown before it is signed and credited once."""
    admin = signed_in("admin@kestrel.example")
    admin.goto(asking.home_of(admin) + "charter/")
    expect(admin.locator("main")).to_contain_text("a quarter of a month's price is credited for each year more")
    admin.goto(asking.home_of(admin) + "contracts/?span=node")
    admin.get_by_role("link", name=re.compile("^Show contract")).first.click()
    terms_of(admin).click()
    admin.get_by_role("radio", name=re.compile(r"^\d+ months$")).nth(1).check()
    admin.get_by_role("button", name="Compare").click()
    shown = admin.locator("main")
    expect(shown).to_contain_text("Credited once for the longer term")
    look_at(admin, "longer-term")
    bonus = cents(shown.get_by_role("row").filter(has_text="Credited once").get_by_role("cell").last.inner_text())
    monthly = cents(shown.inner_text().split("Today this contract costs")[1])
    assert bonus * 4 == monthly
    admin.get_by_label("Sign with your full name").fill("Kestrel administrator")
    admin.get_by_role("button", name="Sign these terms").click()
    admin.wait_for_url("**/contracts/K-*/")
    terms_of(admin).click()
    expect(shown).to_contain_text(re.compile("Version [23], from "))
    expect(shown).to_contain_text("Signed by Kestrel administrator")
    admin.goto(asking.home_of(admin) + "activity/")
    expect(admin.locator("main")).to_contain_text(re.compile(rf"Credit note CN-\d+ was issued: .{bonus / 100:,.2f}"))


def terms_of(page: Page) -> Locator:
    """The link to the terms, on the page of a contract."""
    card = page.locator(".card").filter(has=page.get_by_role("heading", name="Terms"))
    return card.get_by_role("link", name="Change")


def test_s3_20_cancelling_the_lab_shows_one_offer_and_a_refusal_keeps_its_reason(signed_in):
    """Taken, the offer stops the end; refused, the end stands and one of us reads why."""
    member = signed_in(BERLIN)
    ask_to_end(member)
    expect(member.get_by_text("Before you go")).to_have_count(1)
    expect(member.locator("main")).to_contain_text("Pause instead: nothing is billed until you resume, and everything is kept.")
    look_at(member, "before-you-go")
    member.get_by_role("link", name="See what that costs").click()
    confirm_change(member)
    expect(member.get_by_role("row").filter(has_text="Workspace Basic")).to_contain_text("Paused")
    expect(member.locator("main")).not_to_contain_text("What is about to change")
    member.get_by_role("link", name=re.compile("^Change S-")).click()
    member.get_by_role("radio", name="Resume it").check()
    confirm_change(member)
    ask_to_end(member)
    member.get_by_role("button", name=re.compile("^Confirm")).click()
    expect(member.locator("main")).to_contain_text("What is about to change")
    agent = signed_in(AGENT)
    asking.open_account(agent, "Lab")
    expect(agent.locator("#story")).to_contain_text("The site or the team closes")
    expect(agent.locator("#story")).to_contain_text("The lab moves to Leipzig.")
    look_at(agent, "why-it-ends")
    member.get_by_role("button", name="Undo").first.click()
    expect(member.get_by_text("Taken back. Everything stays as it is.")).to_be_visible()


def ask_to_end(page: Page) -> None:
    """Ask for the price of ending what the lab has, with a reason."""
    page.goto(asking.home_of(page) + "contracts/")
    page.get_by_role("row").filter(has_text="Workspace Basic").get_by_role("link", name=re.compile("^Change")).first.click()
    page.get_by_role("radio", name="End it").check()
    page.get_by_label("Why does it end?").select_option("The site or the team closes")
    page.get_by_label("What should we know?").fill("The lab moves to Leipzig.")
    page.get_by_role("button", name="See the price").click()
    page.wait_for_url("**/quotes/**")


def confirm_change(page: Page) -> None:
    page.get_by_role("button", name="See the price").click()
    page.get_by_role("button", name=re.compile("^Confirm")).click()
    page.wait_for_url("**/contracts/K-*/")


def test_s2_22_offer_is_taken_in_2_clicks_and_order_provisioning_and_attribution_exist(signed_in, accord):
    """An agent suggests it; the customer takes it; the agent and who owns the account share what it brought."""
    asking.script(accord, service_scripts.A_LINE_IS_OFFERED)
    agent = signed_in(AGENT)
    asking.open_account(agent, "Sable & Finch")
    agent.get_by_role("link", name="Offers").click()
    agent.get_by_role("radio", name="A line for editors").check()
    agent.get_by_label("Why it is good for them").fill("You asked for a line of your own.")
    agent.get_by_role("button", name="Suggest it").click()
    expect(agent.locator("main")).to_contain_text("You asked for a line of your own.")
    member = signed_in("member@sablefinch.example")
    offer = member.locator("#offers .card").filter(has_text="A line for editors")
    expect(offer).to_contain_text("Billing agent suggests it: You asked for a line of your own.")
    look_at(member, "home-with-offer")
    with at_most(member, 2):
        offer.get_by_role("button", name="See the price").click()
        member.get_by_role("button", name=re.compile("^Confirm")).click()
        member.wait_for_url("**/contracts/K-*/")
    expect(member.get_by_role("row").filter(has_text="Connect Site").first).to_contain_text("Being set up 0/3")
    agent.goto("/backoffice/orders/")
    expect(agent.get_by_role("row").filter(has_text="Sable & Finch")).to_contain_text("Line ordered")
    asking.open_account(agent, "Sable & Finch")
    agent.get_by_role("link", name="Offers").click()
    taken = agent.get_by_role("table", name="Taken and ordered")
    expect(taken).to_contain_text("Sable & Finch member")
    expect(taken).to_contain_text(re.compile(r"Billing agent \d+ %, Key account manager \d+ %"))
    look_at(agent, "offer-taken")


def test_s2_21_complaint_ends_offers_for_14_days_and_else_two_at_most_say_because(signed_in, accord):
    """A concern of fifteen days ago lets two offers show, each with its reason; one of today lets none."""
    asking.script(accord, service_scripts.CONCERN_OF_FIFTEEN_DAYS_AGO)
    member = signed_in("member@tramontana.example")
    home, offers = asking.home_of(member), member.locator("#offers")
    expect(offers.locator(".card")).to_have_count(2)
    expect(offers).to_contain_text("16 people work in Workspace at Tramontana Hotels; Insight shows")
    expect(offers).to_contain_text("Teams of 16 usually need the approvals and shared calendars")
    tell_a_concern(member, home, "The router came a week later than promised.")
    member.goto(home + "offers/")
    expect(member.locator("main")).to_contain_text("Nothing to suggest")


def tell_a_concern(page: Page, home: str, words: str) -> None:
    page.goto(home + "feedback/")
    page.get_by_role("radio", name="A concern: something is not right").check()
    page.get_by_label("Tell us", exact=True).fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Thank you, we have it")).to_be_visible()
