"""Sources of texts that are no article: cells, rows and short notes that cite with `[^key]`.

Their numbers belong to the page that shows them together, so they are given while it is rendered, in reading order.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from articles.markdown import mark_of

MARK = re.compile(r"\[\^([\w-]+)\]")


class Numbering:
    """Numbers the sources of one page, from 1, in the order in which its texts cite them."""

    def __init__(self, texts: Iterable[str]):
        """Read the references that `texts` cite, in one query."""
        keys = {key for text in texts for key in MARK.findall(text)}
        self.references = {reference.key: reference for reference in known(keys)}
        self.numbers: dict[str, int] = {}

    def cite(self, text: str) -> SafeString:
        """The text, escaped, with each `[^key]` as a numbered link; an unknown key disappears."""
        pieces = MARK.split(text)  # text, key, text, key, ..., text
        return format_html_join(
            "", "{}{}", ((words, self.link(key)) for words, key in zip(pieces[::2], [*pieces[1::2], ""], strict=True))
        )

    def link(self, key: str) -> SafeString:
        if key not in self.references:
            return conditional_escape("")
        first = key not in self.numbers
        number = self.numbers.setdefault(key, len(self.numbers) + 1)
        anchor = format_html(' id="cite-{}"', number) if first else ""
        kind, label, words = mark_of(number, self.references[key].status)
        return format_html(
            '<sup class="{}"{}><a href="#source-{}" aria-label="{}">{}</a></sup>', kind, anchor, number, label, words
        )

    def sources(self, texts: Iterable[str]) -> list[models.Model]:
        """The references that some texts of the page cite, each once, in reading order."""
        keys = dict.fromkeys(key for text in texts for key in MARK.findall(text))
        return [self.references[key] for key in keys if key in self.references]

    @property
    def citations(self) -> list[dict]:
        """What the list of sources below the page shows, once every text has been cited."""
        return [{"number": number, "reference": self.references[key]} for key, number in self.numbers.items()]


def entry(reference, is_unlisted: bool, number: int) -> SafeString:
    """A source as an item of a list, with the way back to where the text cites it if it has a number there.

    Its kind leads to its own page, which it may not have where the list is on a page that is not live.
    """
    return written(number, is_unlisted, *reference.entry)


@lru_cache(1_000)
def written(number, is_unlisted, authors, address, title, publisher, year, page, kind, doubt) -> SafeString:
    """Kept, and made here and not by a template: a page may rest on fifty sources, which took half of its time."""
    back = '<li id="source-{0}"><a href="#cite-{0}" aria-label="Back to where source {0} is cited">↑</a> '
    tag = '<span class="tag">{0}</span>' if is_unlisted else '<a class="tag" href="{1}">{0}</a>'
    warning = ' <strong class="tag caution">{0}</strong>' if doubt else ""
    return format_html(
        '{}{}{} <a href="{}">{}</a>. {}{}. {}{}</li>',
        format_html(back if number else "<li>", number),
        *(authors, "" if authors.endswith(".") else ".", address, title, publisher, f", {year}" if year else ""),
        *(format_html(tag, kind, page), format_html(warning, doubt)),
    )


def known(keys: Iterable[str]) -> models.QuerySet:
    """The references with these keys. Asked of the registry, because rows that cite are models of this app too."""
    return apps.get_model("articles", "Reference").objects.filter(key__in=keys)


def cited_keys(row: models.Model, fields: Iterable[str]) -> set[str]:
    return {key for field in fields for key in MARK.findall(getattr(row, field))}


def plain(text: str) -> str:
    """The text without its marks, for exports and for screens that show sources elsewhere."""
    return MARK.sub("", text)


def validate_keys(text: str) -> None:
    """A validator: every `[^key]` names a reference."""
    keys = set(MARK.findall(text))
    unknown = keys - set(known(keys).values_list("key", flat=True)) if keys else set()
    if unknown:
        raise ValidationError(f"There is no source with the key {', '.join(sorted(unknown))}.")
