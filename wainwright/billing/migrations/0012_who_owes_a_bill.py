from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_staff_sessions"),
        ("billing", "0011_prices_wait_for_their_notice"),
        ("catalog", "0001_initial"),
        ("customers", "0001_initial"),
        ("payments", "0007_chargebacks"),
        ("sales", "0004_entries_of_payments"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("open_bill__isnull", False)),
                fields=["account", "open_bill"],
                name="sub_of_open_bill",
            ),
        ),
    ]
