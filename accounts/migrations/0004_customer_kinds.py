from django.db import migrations

# code: label, may it be the root of a group, does it carry legal data, the kinds it may stand under
KINDS = {
    "group": ("Group", True, False, ["group"]),
    "legal_entity": ("Legal entity", True, True, ["group", "division", "legal_entity", "reseller"]),
    "division": ("Division", True, False, ["group", "legal_entity", "division"]),
    "department": ("Department", True, False, ["group", "legal_entity", "division", "department", "site"]),
    "site": ("Location", True, False, ["group", "legal_entity", "division", "department", "site"]),
    "cost_centre": ("Cost centre", False, False, ["group", "legal_entity", "division", "department", "site", "cost_centre"]),
    "reseller": ("Reseller", True, True, ["group", "legal_entity"]),
    "person": ("Person", True, False, ["group", "legal_entity", "division", "department", "site", "cost_centre", "reseller"]),
}


def put_in(apps, schema_editor):
    kind_model = apps.get_model("accounts", "CustomerKind")
    for position, (code, (label, may_be_root, legal, _)) in enumerate(KINDS.items()):
        kind_model.objects.create(
            code=code, label=label, may_be_root=may_be_root, carries_legal_data=legal, position=position
        )
    for code, (_, _, _, parents) in KINDS.items():
        kind_model.objects.get(pk=code).allowed_parents.set(parents)


def take_out(apps, schema_editor):
    apps.get_model("accounts", "CustomerKind").objects.filter(pk__in=KINDS).delete()


class Migration(migrations.Migration):
    """The kinds of customer that every installation starts with; managers edit them in admin afterwards."""

    dependencies = [("accounts", "0003_sequences")]
    operations = [migrations.RunPython(put_in, take_out)]
