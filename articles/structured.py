"""What a page says of itself to machines: schema.org's words as JSON-LD, in a data block that no browser runs.

Beside `articles.markdown` the only module that marks text as safe: `json_script` has escaped it, and only the type of
its block is another. Every function takes plain values, so that any app can describe its pages.
"""

from collections.abc import Iterable

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import json_script
from django.utils.safestring import SafeString, mark_safe

CONTEXT = "https://schema.org"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
SITE = "Twitchwise"
WORDS = "?q={search_term_string}"
SCHOLARLY = {
    *("systematic-review", "trial", "crossover", "pilot", "observation"),
    *("animal", "laboratory", "review", "commentary"),
}


class Compact(DjangoJSONEncoder):
    item_separator, key_separator = ",", ":"


def block(data: dict) -> SafeString:
    """The data as a block for a page, without the values that are empty."""
    script = json_script({"@context": CONTEXT} | filled(data), encoder=Compact)
    return mark_safe(script.replace("application/json", "application/ld+json", 1))  # noqa: S308 - escaped already


def filled(data: dict) -> dict:
    return {key: value for key, value in data.items() if value not in (None, "", [])}


def page(
    kind: str, address: str, name: str, description: str, edition=None, references: Iterable = (), image="", about=None
) -> dict:
    """A page. `edition` is read with_review() and with_beginning(); `references` are what the page cites, and `about`
    is the source that it is about.
    """
    return {
        "@type": kind,
        "url": address,
        "name": name,
        "description": description,
        "inLanguage": "en-GB",
        "isAccessibleForFree": True,
        "license": LICENCE,
        "publisher": {"@type": "Organization", "name": SITE},
        "image": image,
        **(standing(edition) if edition else {}),
        "citation": [cited(reference) for reference in references],
        "mainEntity": source(about) if about else None,
    }


def standing(edition) -> dict:
    """When the words came out and were checked, and by whom: only where somebody has written that down."""
    return {
        "version": edition.number,
        "datePublished": edition.first_published_at,
        "dateModified": edition.published_at,
        "lastReviewed": edition.reviewed_on,
        "reviewedBy": {"@type": "Person", "name": edition.reviewer} if edition.reviewer else None,
    }


def cited(reference) -> dict:
    """A source where it is cited: no more than where it is. Its own page says the rest; a long article stays small."""
    return {"@type": "CreativeWork", "url": reference.address}


def type_of(reference) -> str:
    return "MedicalScholarlyArticle" if reference.kind in SCHOLARLY else "CreativeWork"


def source(reference) -> dict:
    """A source on its own page.

    Its authors are one line of text, which does not say who of them is a person: hence no `author`.
    """
    return filled(
        {
            "@type": type_of(reference),
            "creditText": reference.authors,
            "url": reference.address,
            "name": reference.title,
            "datePublished": str(reference.year or ""),
            "creativeWorkStatus": reference.status if reference.status != reference.Status.CURRENT else "",
        }
    )


def breadcrumb(steps: Iterable[tuple[str, str]]) -> dict:
    """The way to a page, as (address, name); the page itself has no address."""
    items = [
        filled({"@type": "ListItem", "position": place, "name": name, "item": address})
        for place, (address, name) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def website(address: str, search: str) -> dict:
    """The site, and how to search it; the addresses are those of its front page and of its search."""
    return {
        "@type": "WebSite",
        "url": address,
        "name": SITE,
        "inLanguage": "en-GB",
        "license": LICENCE,
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": search + WORDS},
            "query-input": "required name=search_term_string",
        },
    }
