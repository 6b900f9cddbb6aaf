"""What the pages of every kind of document have in common: history, editions by number, and previews.

`editions` is the queryset that reads what a page shows, `show(request, edition, **more)` renders it. `is_unlisted` says
that a page is not to be found by search engines: it describes itself to no machine.
"""

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.cache import add_never_cache_headers

from articles.desk.addresses import admin_address


def gone(request, document):
    return render(request, "410.html", {"document": document}, status=410)


def missing(request, kind, slug, editions, show):
    """What stands where no live edition is: the reason of a withdrawal, the draft for staff, or nothing."""
    document = get_object_or_404(kind, slug=slug)
    if document.is_withdrawn:
        return gone(request, document)
    return preview(request, editions.newest(), show, document=document)


def history(request, kind, slug, template):
    document = get_object_or_404(kind, slug=slug)
    if document.is_withdrawn:
        return gone(request, document)
    editions = document.editions.released()
    if not editions:
        raise Http404
    return render(request, template, {"document": document, "editions": editions})


def edition(request, slug, number, editions, show):
    """One edition by its number: a superseded one for everybody, one that is not public yet for staff."""
    found = editions.released().filter(document__slug=slug, number=number).first()
    if found is None:
        return preview(request, editions, show, document__slug=slug, number=number)
    if found.document.is_withdrawn:
        return gone(request, found.document)
    live = found.document.live_edition
    return show(request, found, superseded_by=live if live != found else None, is_unlisted=live != found)


def preview(request, editions, show, **which):
    """A page that readers do not see yet, for staff."""
    if not may_preview(request.user, editions.model):
        raise Http404
    found = get_object_or_404(editions, **which)
    return kept_off(show(request, found, is_preview=True, is_unlisted=True, desk_address=admin_address(found)))


def shared(request, links, token, editions, show):
    """The edition that a preview link opens, for anybody who has it; once that edition is public, its own page."""
    link = links.objects.opened_with(token)
    if link is None:
        raise Http404
    if link.edition.is_released:
        return kept_off(HttpResponseRedirect(link.edition.document.get_absolute_url()))
    return kept_off(show(request, editions.get(pk=link.edition_id), is_preview=True, is_unlisted=True))


def may_preview(user, model) -> bool:
    return user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")


def kept_off(response):
    """Mark a response that neither a cache nor a search engine may keep, nor another site learn the address of."""
    add_never_cache_headers(response)
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    return response
