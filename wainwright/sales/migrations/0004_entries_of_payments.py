from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_staff_sessions"),
        ("catalog", "0001_initial"),
        ("customers", "0001_initial"),
        ("payments", "0007_chargebacks"),
        ("sales", "0003_chargebacks"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["account", "payment"], name="entry_of_payment"),
        ),
    ]
