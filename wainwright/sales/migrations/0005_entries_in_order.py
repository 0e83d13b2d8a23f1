from django.db import migrations, models

INDEXES = {
    "entry_newest": ["account", "business", "mode", "-at", "-id"],
    "entry_of_kind": ["account", "mode", "kind", "-at", "-id"],
}


class Migration(migrations.Migration):
    """Lists are in the order of these to the last term, so that no more rows are read than shown."""

    dependencies = [("sales", "0004_entries_of_payments")]

    operations = [
        operation
        for name, fields in INDEXES.items()
        for operation in (
            migrations.RemoveIndex(model_name="entry", name=name),
            migrations.AddIndex(model_name="entry", index=models.Index(fields=fields, name=name)),
        )
    ]
