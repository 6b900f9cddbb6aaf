"""Pieces of the checklist that other templates place."""

from django import template

from triage.ladder import Urgency
from triage.numbers import to_call

register = template.Library()

LEVELS = {
    Urgency.EMERGENCY: "Immediate action required:",
    Urgency.URGENT: "Urgent advice:",
    Urgency.SEE_A_DOCTOR: "See a doctor:",
    Urgency.SELF_CARE: "Look after yourself:",
}


@register.inclusion_tag("components/emergency_numbers.html")
def emergency_numbers():
    """The numbers to call, for the country in the settings or for all."""
    return {"numbers": to_call()}


@register.filter
def level(urgency: Urgency) -> str:
    """The words that come before everything else, made from the level and never typed."""
    return LEVELS[urgency]
