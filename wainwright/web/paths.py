"""What may stand in an address where a public id is meant."""

from __future__ import annotations


class PublicId:
    """An id such as sub_4k2…; anything else does not even reach a view."""

    regex = "[a-z]{2,5}_[0-9a-z]{1,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
