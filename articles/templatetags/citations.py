"""Numbered sources in texts that are no article."""

from django import template

register = template.Library()


@register.filter
def cited(text, numbering):
    """`{{ row.cautions|cited:numbering }}`: the text with its sources as numbered links."""
    return numbering.cite(text)


@register.filter
def sources(row, numbering):
    """`{{ row|sources:numbering }}`: the sources that a row cites, in order."""
    return numbering.sources(row.texts)
