"""Writing, publishing and binding policy in the administration, as two managers do it."""

import re
from contextlib import suppress
from datetime import date

from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as NotThere

from tests.journeys.acceptance.own_things import plant

CREDIT = "credit-policy"
LIMIT = "remedy.ticket_limit"
USUAL_LIMIT = "5000.00 EUR, 5000.00 USD"
CASE = "Nobody gives 50,000 | remedy | level=manager, amount=50000.00 EUR | refused"


def write_next_version(page: Page, code: str, *, key: str, value: str, cases: str = "") -> str:
    """Write the next version of a policy with one value changed, as an immaterial one; return its name, "credit-policy v3"."""
    page.goto(f"/backoffice/policies/{code}/")
    page.get_by_role("link", name="Write the next version").click()
    values = page.locator("textarea[name=values_text]")
    values.fill(re.sub(rf"(?m)^{re.escape(key)} = [^|]*", f"{key} = {value} ", values.input_value()))
    if cases:
        page.locator("textarea[name=cases_text]").fill(cases)
    page.locator("input[name=material]").uncheck()
    save(page)
    return name_of_draft(page, code)


def name_of_draft(page: Page, code: str) -> str:
    page.goto("/admin/accounts/policyversion/")
    return page.get_by_role("link", name=re.compile(rf"^{code} v\d+ \(draft\)$")).inner_text().removesuffix(" (draft)")


def publish(page: Page, version: str) -> None:
    """Press publish as the one who did not write it; what comes of it stands above the list."""
    page.goto("/admin/accounts/policyversion/")
    act_on(page, f"{version} (draft)", "Publish (a second person)")


def look_at_draft(page: Page, version: str) -> None:
    page.goto("/admin/accounts/policyversion/")
    page.get_by_role("link", name=f"{version} (draft)").click()
    page.wait_for_url("**/change/")


def act_on(page: Page, row: str, action: str) -> None:
    page.locator("#result_list").get_by_role("row").filter(has_text=row).get_by_role("checkbox").check()
    page.locator("select[name=action]").select_option(label=action)
    page.get_by_role("button", name="Run").click()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    with suppress(NotThere):  # refused, it stays and says why
        page.wait_for_url(lambda url: "/add/" not in url and "/change/" not in url, timeout=3_000)


def define(page: Page, code: str, *, review_on: date) -> None:
    page.goto("/admin/accounts/policy/add/")
    page.locator("input[name=code]").fill(code)
    page.locator("input[name=name]").fill(code)
    page.locator("select[name=audience]").select_option(label="Our own people")
    page.locator("input[name=review_on]").fill(review_on.isoformat())
    save(page)


def write_first_version(page: Page, code: str, values: str) -> str:
    """Write the first draft of a policy with these values and one sample case."""
    page.goto("/admin/accounts/policyversion/add/")
    page.locator("select[name=policy]").select_option(label=code)
    page.locator("textarea[name=clauses_text]").fill("1 What holds here is said here.")
    page.locator("textarea[name=values_text]").fill(values)
    page.locator("textarea[name=cases_text]").fill(CASE)
    page.locator("input[name=material]").uncheck()
    save(page)
    return name_of_draft(page, code)


def bind_to(page: Page, code: str, customer: str, *, second: Page) -> None:
    """Ask that a policy holds for one customer and all below it, and approve that as the second manager."""
    page.goto("/admin/accounts/policybinding/add/")
    page.locator("select[name=policy]").select_option(label=code)
    page.locator("select[name=place]").select_option(label="A customer and all below it")
    page.locator(".field-customer .select2-selection").click()
    with page.expect_response(lambda answer: "/autocomplete/" in answer.url and customer in answer.url):
        page.locator(".select2-search__field").fill(customer)
    expect(page.locator(".select2-results__option")).to_have_count(1)
    page.locator(".select2-results__option").click()
    page.locator("input[name=since]").fill(date.today().isoformat())  # noqa: DTZ011 # the day on which the journey walks
    save(page)
    second.goto("/admin/accounts/policybinding/")
    act_on(second, code, "Approve (a second person)")
    expect(second.get_by_text("Done: 1.")).to_be_visible()


def own_division(accord, mark: str) -> str:
    """Plant a group with a division, and return the ref of the division."""
    plant(accord, mark, ("G", "", "Group", "group"), ("E", "G", "Europe", "division"))
    return f"{mark}-E"
