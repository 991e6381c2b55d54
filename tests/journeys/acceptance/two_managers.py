"""What takes two managers in the administration: one asks with a form, the other approves with an action of the list."""

from playwright.sync_api import Page, expect


def ask(page: Page, model: str, **fields: str) -> None:
    """Fill the form of a new row and keep it; what is looked up or chosen is named by some of its words."""
    page.goto(f"/admin/accounts/{model}/add/")
    for name, words in fields.items():
        field = page.locator(f"[name={name}]").first
        if "admin-autocomplete" in (field.get_attribute("class") or ""):
            page.locator(f"#id_{name} + .select2").click()
            page.locator(".select2-search__field").fill(words)
            page.locator(".select2-results__option").filter(has_text=words).first.click()
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(field.locator("option").filter(has_text=words).first.get_attribute("value"))
        else:
            field.fill(words)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#result_list")).to_be_visible()


def act(page: Page, model: str, *, row: str, action: str) -> None:
    """Carry out an action of the list on the topmost row with these words."""
    page.goto(f"/admin/accounts/{model}/")
    page.locator("#result_list tr").filter(has_text=row).first.locator("input.action-select").check()
    page.locator("select[name=action]").first.select_option(label=action)
    page.get_by_title("Run the selected action").first.click()
    page.wait_for_load_state()
