"""Amounts in words."""

from django import template

from supplements.dose import Limit, Milligrams, whole

register = template.Library()


@register.filter
def milligrams(amount: Milligrams) -> str:
    """325 mg, or 226 to 324 mg."""
    low, high = whole(amount.low), whole(amount.high)
    return f"{low:,} mg" if low == high else f"{low:,} to {high:,} mg"


@register.filter
def percent_range(low, high) -> str:
    low, high = whole(low), whole(high)
    return f"{low}%" if low == high else f"{low} to {high}%"


@register.filter
def minus(a, b):
    return a - b


@register.filter
def limit_mark(limit: Limit) -> str:
    """The citation of a published limit."""
    return f"[^{limit.source}]"
