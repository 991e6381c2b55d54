"""A call written down by an agent: the shortest way for a journey to a ticket of its own, at whichever customer it needs."""

from playwright.sync_api import Page


def log_a_call(page: Page, customer: str, *, about: str, said: str = "They called.", kind: str = "Something else") -> str:
    """Write a call of the customer with this number down and return the ref of the ticket it became."""
    page.goto(f"/backoffice/customers/{customer}/contacts/")
    page.get_by_label("What is it about?").fill(about)
    page.get_by_label("Kind").select_option(label=kind)
    page.get_by_label("What was said?").fill(said)
    page.get_by_role("button", name="Open the ticket").click()
    page.wait_for_url("**/tickets/T-*/")
    return page.url.rstrip("/").rsplit("/", 1)[1]


def change(page: Page, **choices: str) -> None:
    """Change priority or kind of the ticket that is open, by the words of its form."""
    handling = page.locator("#handling")
    handling.locator("summary").filter(has_text="Hand over, kind").click()
    for label, choice in choices.items():
        handling.get_by_label(label.capitalize(), exact=True).select_option(label=choice)
    handling.get_by_role("button", name="Change it").click()
    page.wait_for_load_state()
