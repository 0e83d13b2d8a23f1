"""Amounts of money: whole minor units, always with their currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Self

# ISO 4217 (2024): every active currency whose exponent is not 2. CLDR and some gateways
# disagree for a few of them; the ledger follows ISO, adapters convert.
_EXPONENTS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}

CURRENCIES: frozenset[str] = frozenset(
    """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
    GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR
    KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
    MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS
    UAH UGX USD UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
    """.split()
)

MAX_MINOR = 10**15


class MoneyError(ValueError):
    """An amount that cannot be: unknown currency, too large, too precise, or mixed currencies."""


def exponent(currency: str) -> int:
    """How many decimals the currency has: 0 for JPY, 2 for EUR, 3 for KWD (ISO 4217)."""
    if currency not in CURRENCIES:
        raise MoneyError(f"{currency!r} is not an ISO 4217 currency")
    return _EXPONENTS.get(currency, 2)


def round_half_up(value: Fraction | Decimal) -> int:
    """The nearest whole number, halves away from zero: the one rounding rule of the ledger."""
    exact = Fraction(value)
    return _ratio_half_up(exact.numerator, exact.denominator)


def _ratio_half_up(numerator: int, denominator: int) -> int:
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`minor` whole minor units (cents, yen, fils) of an ISO 4217 `currency`.

    Arithmetic between two currencies raises MoneyError, as does any amount beyond 10^15.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        exponent(self.currency)
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise MoneyError(f"minor units are whole numbers, not {self.minor!r}")
        if abs(self.minor) > MAX_MINOR:
            raise MoneyError("amounts beyond 10^15 minor units are refused")

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Reads a plain decimal such as "1234.50"; refuses more decimals than the currency has."""
        digits = exponent(currency)
        plain = text.strip()
        if len(plain) > 40 or not plain.isascii():
            raise MoneyError(f"{text[:40]!r} is not an amount")
        try:
            scaled = Decimal(plain).scaleb(digits)
        except InvalidOperation:
            raise MoneyError(f"{text[:40]!r} is not an amount") from None
        if not scaled.is_finite() or abs(scaled) > MAX_MINOR:
            raise MoneyError("amounts beyond 10^15 minor units are refused")
        if scaled != scaled.to_integral_value():
            raise MoneyError(f"{currency} has {digits} decimals; {plain} has more")
        return cls(int(scaled), currency)

    def decimal(self) -> Decimal:
        """The amount in major units with exactly the currency's decimals: 1234 EUR -> 12.34."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def plain(self) -> str:
        """Major units as machine text: "12.34", "1234" (JPY), "1.234" (KWD)."""
        return f"{self.decimal():f}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise MoneyError(f"{self.currency} and {other.currency} do not mix")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, count: int) -> Money:
        if isinstance(count, bool) or not isinstance(count, int):
            raise MoneyError("money is multiplied by whole numbers; use share() for parts")
        return Money(self.minor * count, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def share(self, part: Fraction | Decimal) -> Money:
        """That part of the amount, rounded half up to whole minor units."""
        exact = part if isinstance(part, Fraction) else Fraction(part)
        minor = _ratio_half_up(self.minor * exact.numerator, exact.denominator)
        return Money(minor, self.currency)

    def split(self, weights: list[int]) -> list[Money]:
        """Parts in proportion to `weights`, largest remainder first; they add up to the whole.

        A weight below zero gets a part of the other sign.
        """
        total = sum(weights)
        if total <= 0:
            raise MoneyError("weights must add up to more than zero")
        floors = [self.minor * weight // total for weight in weights]
        remainders = [self.minor * weight % total for weight in weights]
        order = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
        for index in order[: self.minor - sum(floors)]:
            floors[index] += 1
        return [Money(part, self.currency) for part in floors]


def total(amounts: list[Money], currency: str) -> Money:
    """The sum of amounts of one currency; zero for none."""
    result = Money.zero(currency)
    for amount in amounts:
        result = result + amount
    return result


__all__ = [
    "CURRENCIES",
    "MAX_MINOR",
    "Money",
    "MoneyError",
    "exponent",
    "round_half_up",
    "total",
]
