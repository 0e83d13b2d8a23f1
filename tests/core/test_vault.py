from __future__ import annotations

import pytest

from wainwright.core import vault


def test_a_sealed_secret_opens_for_its_business_and_field() -> None:
    token = vault.seal("sk_live_1", business_id=7, field="key")
    assert "sk_live_1" not in token
    assert vault.unseal(token, business_id=7, field="key") == "sk_live_1"
    assert vault.unseal(vault.reseal(token), business_id=7, field="key") == "sk_live_1"


@pytest.mark.parametrize(("business", "field"), [(8, "key"), (7, "other")])
def test_it_opens_for_no_other_business_or_field(business: int, field: str) -> None:
    token = vault.seal("sk_live_1", business_id=7, field="key")
    with pytest.raises(vault.SecretUnreadable):
        vault.unseal(token, business_id=business, field=field)


def test_a_forged_token_is_refused() -> None:
    with pytest.raises(vault.SecretUnreadable):
        vault.unseal("gAAAAA", business_id=7, field="key")
