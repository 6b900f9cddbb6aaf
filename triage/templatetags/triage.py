"""Pieces of the checklist that other templates place."""

from django import template

from articles.markdown import LEVELS
from triage.ladder import Urgency
from triage.numbers import to_call

register = template.Library()


@register.inclusion_tag("components/emergency_numbers.html")
def emergency_numbers():
    """The numbers to call, for the country in the settings or for all."""
    return {"numbers": to_call()}


@register.simple_tag(name="numbers_to_call")
def numbers():
    """The same, for a component that takes them."""
    return to_call()


@register.filter
def level(urgency: Urgency) -> str:
    """The words that come before everything else, made from the level and never typed."""
    return LEVELS[urgency.word]
