"""Amounts, bands, counts and shares in English style."""

from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹", "CNY": "CN¥"}
# ISO 4217 currencies without a minor unit.
WHOLE = frozenset({"JPY", "KRW", "CLP", "ISK", "VND", "UGX", "RWF", "XAF", "XOF", "PYG"})
CAP = 1000

Number = Decimal | int | float | str


def _decimal(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def number(value: Number, places: int | None = None) -> str:
    """``1,962`` or ``1,962.5``; ``places`` fixes the decimals."""
    amount = _decimal(value)
    if places is not None:
        return f"{amount:,.{places}f}"
    return f"{amount.normalize():,f}"


def money(value: Number | None, currency: str = "") -> str:
    """``€182,400``, ``€99,999.99``, ``CHF 1,200``; decimals only where there are any."""
    if value is None or value == "":
        return ""
    try:
        amount = _decimal(value)
    except InvalidOperation:
        return str(value)
    whole = currency in WHOLE or amount == amount.to_integral_value()
    digits = f"{abs(amount):,.0f}" if whole else f"{abs(amount):,.2f}"
    symbol = SYMBOLS.get(currency) or (f"{currency} " if currency else "")
    return f"{'−' if amount < 0 else ''}{symbol}{digits}"


def band(low: Number | None, high: Number | None, currency: str = "") -> str:
    """The half-open band from ``low`` to below ``high`` in words."""
    start, end = money(low, currency), money(high, currency)
    if start and end and _decimal(low or 0) > 0:
        return _("%(low)s to below %(high)s") % {"low": start, "high": end}
    if end:
        return _("below %(high)s") % {"high": end}
    if start and _decimal(low or 0) > 0:
        return _("%(low)s and above") % {"low": start}
    return _("any amount") if currency else _("any number")


def capped(count: int, cap: int = CAP) -> str:
    """``412``, ``1,000+`` for open-ended counts above the cap."""
    return f"{cap:,}+" if count > cap else f"{count:,}"


def percent(share: Number, places: int = 0) -> str:
    """``93.6 %`` from a share between 0 and 1."""
    return f"{_decimal(share) * 100:,.{places}f} %"
