"""A demo to prove on: its story played to today, unless that was done before."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command

from wainwright.core import tenancy
from wainwright.customers.models import Customer
from wainwright.demo import seeding
from wainwright.demo.folder import Folder
from wainwright.web.landing.ways import Regular, Ways


def main(days: str, buyers: str) -> None:
    folder = Folder(settings.DATA)
    if folder.is_complete:
        return
    folder.clear()
    folder.begin()
    call_command("migrate", interactive=False, verbosity=0)
    account = seeding.seed(days=int(days), buyers=int(buyers), helped=True)
    with tenancy.scope(account.pk, tenancy.TEST):
        folder.finish(Ways(seeding.PASSWORD, (), _one_of_each_business()))


def _one_of_each_business() -> tuple[Regular, ...]:
    found = {
        buyer.business.slug: Regular(buyer.email, buyer.name, buyer.business.slug)
        for buyer in Customer.objects.select_related("business").order_by("pk")
    }
    return tuple(found.values())
