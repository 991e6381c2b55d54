"""What a steward tends: poor facts, staged imports, the rules."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.customers import rules
from accounts.customers.models import Customer
from accounts.quality import scores, staging
from accounts.quality.models import Score, StagedImport
from tests.factories import people, quality
from tests.factories.customers import NOON, below, group

pytestmark = pytest.mark.django_db

GOOD = {"country": "DE", "street": "Weg 1", "postcode": "10115", "city": "Berlin", "email": "office@helios.example"}


def visit(viewer, route, *keys, form=None, query=""):
    client = Client()
    client.force_login(viewer)
    address = reverse(f"backoffice:{route}", args=keys) + query
    return client.get(address) if form is None else client.post(address, form)


@pytest.fixture
def entity():
    made = below(group(), "Helios GmbH", "legal_entity", **GOOD)
    scores.refresh(Customer.objects.filter(pk=made.pk), at=NOON)
    return made


def test_customer_without_tax_id_is_in_the_queue_and_putting_it_right_takes_it_out(entity):
    agent = people.agent()
    assert "Tax id is missing" in visit(agent, "data").content.decode()

    visit(agent, "customer_details", entity.number, form={**GOOD, "name": entity.name, "tax_id": "DE136695976"})

    assert Score.objects.get(customer=entity).score == 100
    assert entity.name not in visit(agent, "data").content.decode()


def test_wrong_phone_is_refused_here_in_the_words_of_the_rule(entity):
    answer = visit(people.agent(), "customer_details", entity.number, form={**GOOD, "name": entity.name, "phone": "abc"})

    assert answer.status_code == 422
    assert "Phone &quot;abc&quot; is no phone number" in answer.content.decode()
    assert '<span class="quiet">(phone.format)</span>' in answer.content.decode()


def test_imported_row_without_tax_id_is_tended_at_once_and_whole_when_it_has_one(tmp_path):
    file = tmp_path / "one.csv"
    columns, cells = ",".join(["ref", "name", "kind", *GOOD]), ",".join(["E", "Solveig", "legal_entity", *GOOD.values()])
    file.write_text(f"{columns}\n{cells}\n")

    call_command("import_customers", str(file), verbosity=0)
    made = Customer.objects.get(ref="E")
    queue = visit(people.agent(), "data").content.decode()
    visit(people.agent(), "customer_details", made.number, form={**GOOD, "name": made.name, "tax_id": "DE136695976"})

    assert "Solveig" in queue and ">82</td>" in queue
    assert Score.objects.get(customer=made).score == 100


def test_queue_shows_those_that_break_one_rule(entity):
    agent = people.agent()

    assert entity.name in visit(agent, "data", query="?rule=tax_id.required").content.decode()
    assert entity.name not in visit(agent, "data", query="?rule=email.required").content.decode()


def test_every_rule_is_listed_with_its_id():
    page = visit(people.agent(), "data_rules").content.decode()

    assert all(rule.id in page for rule in rules.RULES)


def test_rules_page_leads_managers_to_where_rules_are_set_and_nobody_else():
    settings = reverse("admin:accounts_rulesetting_changelist")

    assert settings in visit(people.manager(), "data_rules").content.decode()
    assert settings not in visit(people.agent(), "data_rules").content.decode()


def test_manager_sets_a_rule_and_the_page_tells_how_it_came(manager):
    given = {"rule": "email.required", "severity": "lowers", "weight": 4, "days": 0}

    refused = manager.post(reverse("admin:accounts_rulesetting_add"), given | {"weight": 90})
    manager.post(reverse("admin:accounts_rulesetting_add"), given)
    page = manager.get(reverse("backoffice:data_rules")).content.decode()

    assert "All weights together are at most 100; for this rule 25 are left." in refused.content.decode()
    assert "the score loses 4 points" in page and "the score loses 10 points" in page


def test_staged_import_goes_live_or_is_dropped_once():
    released, dropped = quality.staged_import(), quality.staged_import()
    supervisor = people.supervisor()

    visit(supervisor, "staged_decisions", released.pk, form={"decision": "release"})
    visit(supervisor, "staged_decisions", dropped.pk, form={"decision": "drop"})
    visit(supervisor, "staged_decisions", dropped.pk, form={"decision": "release"})

    assert Customer.objects.get(ref="G-1").name == "Helios"
    assert list(StagedImport.objects.order_by("pk").values_list("status", flat=True)) == ["released", "dropped"]


def uploaded(text, **given):
    file = SimpleUploadedFile("customers.csv", text.encode())
    return {"file": file, "gate": "90", "delimiter": ",", "columns": "", "default_kind": ""} | given


def test_file_is_kept_with_its_faults_and_goes_live_when_a_supervisor_says_so():
    supervisor = people.supervisor()

    visit(supervisor, "imports", form=uploaded("ref,parent_ref,name,kind\nG,,Helios,group\nL,NOPE,Lost,site\n"))

    staged = StagedImport.objects.get()
    page = visit(supervisor, "import", staged.pk).content.decode()
    assert (staged.counts["created"], staged.counts["refused"], staged.score) == (1, 1, 50)
    assert "NOPE is neither in the file nor among the customers" in page
    assert not Customer.objects.exists()
    visit(supervisor, "staged_decisions", staged.pk, form={"decision": "release"})
    assert [customer.name for customer in Customer.objects.all()] == ["Helios"]


def test_file_with_signs_no_text_may_hold_is_staged_with_its_row_refused():
    visit(people.supervisor(), "imports", form=uploaded("ref,name,kind\nG,\x00evil,group\n"))

    staged = StagedImport.objects.get()
    assert staged.counts["refused"] == 1
    staging.release(actor=people.supervisor(), staged=staged, at=NOON)
    assert not Customer.objects.exists()


def test_file_that_is_no_file_of_customers_is_refused_in_words():
    answer = visit(people.supervisor(), "imports", form=uploaded("a,b\n1,2\n"))

    assert answer.status_code == 422
    assert "no column is called ref" in answer.content.decode()
    assert not StagedImport.objects.exists()
