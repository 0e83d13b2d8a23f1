from django.db import migrations, models

NAME, FIELDS = "entry_of_payment", ["account", "payment", "mode", "kind"]


class Migration(migrations.Migration):
    """Before it has counted, SQLite takes the index with most of what is asked for as the best.

    Of a shop's first hour that was the one of kinds: each charge read every charge before it.
    """

    dependencies = [("sales", "0005_entries_in_order")]

    operations = [
        migrations.RemoveIndex(model_name="entry", name=NAME),
        migrations.AddIndex(model_name="entry", index=models.Index(fields=FIELDS, name=NAME)),
    ]
