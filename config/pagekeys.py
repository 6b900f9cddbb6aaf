"""Which pages may be stored, and under which key: a table of views with the queries that they know.

A key must not be a stranger's to make up. Query keys that a view does not know are left out, and the page is rendered
without them. A known key with a value that the view offers nowhere is passed on to Django and stored nowhere; so is
free text, of which there is no end. What is still left to choose (combinations of filters, names of hosts) has a small
room of its own, so that it can push nothing out but its like.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.urls import Resolver404, resolve, reverse

from articles.models import SITE_PAGES, Reference
from config.requests import readable
from supplements.filters import COLUMNS, FACETS, SORTS
from supplements.views import FOOD_SORTS

LONGEST_PATH, LONGEST_QUERY = 300, 1_000  # characters; nothing of ours is longer
MOST_VALUES = 60


class Key(NamedTuple):
    scheme: str
    host: str
    path: str
    query: str = ""
    is_fragment: bool = False


@dataclass(frozen=True)
class View:
    """What is known of a view: the query keys with their values, and whether it answers htmx with a part of the page.

    `htmx` is one of "same" (the whole page, whoever asks), "part" (stored beside the page) and "never" (not stored).
    """

    keys: dict[str, re.Pattern] = field(default_factory=dict)
    htmx: str = "same"


def one_of(values: Iterable[str]) -> re.Pattern:
    return re.compile("|".join(map(re.escape, values)))


FREE_TEXT = re.compile("(?!)")  # no value is known
PAGE = re.compile("[1-9][0-9]{0,3}")
YEAR = re.compile("(18|19|20)[0-9]{2}")
SLUG = re.compile("[a-z0-9-]{1,80}")
FORMS = {
    "q": FREE_TEXT,
    "sort": one_of(SORTS),
    "columns": one_of([*COLUMNS, "none", ""]),  # chosen, but none of them: that is not the same as not chosen
    **{name: one_of(choices.values) for name, (_, choices) in FACETS.items()},
    "use": SLUG,
    "form": SLUG,
    "page": PAGE,
}
SOURCES = {"kind": one_of(Reference.Kind.values), "since": YEAR, "until": YEAR, "page": PAGE}
SEARCH = {"q": FREE_TEXT, "kind": FREE_TEXT, "page": FREE_TEXT}  # without a question they mean nothing

# Each view that may be stored, by the name of its address. All others are passed on.
VIEWS = {
    "home": View(),
    "feed": View(),
    "robots": View(),
    "security": View(),
    "speculation_rules": View(),
    "sitemap": View(),
    "sitemap-section": View({"p": PAGE}),
    "articles:index": View({"page": PAGE}),
    "articles:detail": View(),
    **{f"articles:{slug}": View() for slug in SITE_PAGES},
    "articles:history": View(),
    "articles:edition": View(),
    "articles:markdown": View(),
    "articles:catalogue": View(),
    "articles:share": View(),
    "articles:glossary": View(),
    "articles:evidence": View(),
    "articles:sources": View(SOURCES),
    "articles:source": View(),
    "articles:search": View(SEARCH, htmx="never"),
    "supplements:table": View(FORMS, htmx="part"),
    "supplements:csv": View(FORMS),
    "supplements:json": View(FORMS),
    "supplements:compare": View({"form": SLUG}),
    "supplements:foods": View({"sort": one_of(FOOD_SORTS)}),
    "supplements:detail": View(),
    "supplements:history": View(),
    "supplements:edition": View(),
    "triage:index": View(),
    "triage:landing": View(),
    "triage:safety": View(),
    "triage:history": View(),
    "triage:edition": View(),
}


@lru_cache(2_000)
def view_at(path: str) -> View | None:
    """The view that answers at `path`, if its pages may be stored. Only the address that we link to is one."""
    try:
        found = resolve(path)
    except Resolver404:
        return None
    view = VIEWS.get(found.view_name)
    has_number = any(isinstance(value, int) for value in found.kwargs.values())
    if view and has_number and reverse(found.view_name, kwargs=found.kwargs) != path:
        return None  # edition 007 is edition 7
    return view


def known_query(view: View, query: str) -> str | None:
    """The part of a query that the view knows, in order of its keys; None where it cannot be said what it means."""
    if len(query) > LONGEST_QUERY or not readable(unquote_to_bytes(query)):
        return None
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_VALUES)
    except ValueError:
        return None
    pairs = [(name, value) for name, value in pairs if name in view.keys]
    names = [name for name, _ in pairs]
    asked = []
    for name, value in pairs:
        if view.keys[name].fullmatch(value):
            asked.append((name, value))
        elif value or names.count(name) > 1:  # a single one that is empty was left empty in a form
            return None
    return urlencode(sorted(asked, key=lambda pair: pair[0]))


def key_of(environ: dict) -> tuple[Key, View] | None:
    """Under which key the answer to a request may be stored, or None. Who is signed in is asked before."""
    path, host, scheme = environ["PATH_INFO"], environ.get("HTTP_HOST", ""), environ["wsgi.url_scheme"]
    if not path.isascii() or len(path) > LONGEST_PATH or not allows(host):
        return None
    view = view_at(path)
    if view is None or (settings.SECURE_SSL_REDIRECT and scheme != "https"):
        return None
    is_htmx = "HTTP_HX_REQUEST" in environ and view.htmx != "same"
    if is_htmx and (view.htmx == "never" or environ["HTTP_HX_REQUEST"] != "true"):
        return None
    query = environ.get("QUERY_STRING", "")
    query = known_query(view, query) if query else ""
    return None if query is None else (Key(scheme, host, path, query, is_htmx), view)


def allows(host: str) -> bool:
    """Whether the site answers to this name."""
    if len(host) > 255:
        return False
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def is_made_up(key: Key, environ: dict) -> bool:
    """Whether a stranger has a choice in the key: then it shares a small room with its like.

    Any port may stand behind a host's name, and any name before one that is allowed with a dot or a star.
    """
    port = environ.get("SERVER_PORT", "")
    name = key.host.removesuffix(f":{port}")
    return bool(key.query) or key.is_fragment or name not in settings.ALLOWED_HOSTS
