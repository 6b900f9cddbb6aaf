"""Components that stand around what a page writes, which an include cannot. Their markup: templates/components/."""

from django import template
from django.template.loader import render_to_string

register = template.Library()


@register.simple_block_tag
def callout(content, kind="", heading="", id="", label=""):
    """A box beside the text: a note, or with `kind` a tip, a caution or an alarm.

    It is a section where it has a `heading` (with its `id`) or a `label`, and else a plain box.
    """
    words = {"content": content, "kind": kind, "heading": heading, "id": id, "label": label}
    return render_to_string("components/callout.html", words)


@register.simple_block_tag
def error_summary(content, heading):
    """What is wrong with a form, each as a list item that leads to its field."""
    return render_to_string("components/error_summary.html", {"content": content, "heading": heading})


@register.simple_block_tag
def table(content, caption, kind=""):
    """A table that may be wider than the screen. `caption` is the id of its caption; a kind of wide says that it is."""
    return render_to_string("components/table.html", {"content": content, "caption": caption, "kind": kind})
