"""The pages of articles."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles.models import Article, ArticleEdition


@require_safe
def index(request):
    return render(request, "articles/index.html", {"editions": ArticleEdition.objects.listed()})


@require_safe
def detail(request, slug, template="articles/detail.html"):
    edition = ArticleEdition.objects.live().for_reading().with_review().filter(document__slug=slug).first()
    if edition is None:
        return missing(request, slug)
    if request.path != edition.document.get_absolute_url():
        raise Http404
    return render(request, template, reading(edition))


def missing(request, slug):
    """What stands where no live edition is: the reason of a withdrawal, the draft for staff, or nothing."""
    document = get_object_or_404(Article, slug=slug)
    if document.is_withdrawn:
        return render(request, "410.html", {"document": document}, status=410)
    if draft := document.editions.newest().first():
        return preview(request, slug, draft.number)
    raise Http404


@require_safe
def history(request, slug):
    document = get_object_or_404(Article, slug=slug)
    if document.is_withdrawn:
        return render(request, "410.html", {"document": document}, status=410)
    editions = document.editions.released().only(
        "document", "number", "title", "published_at", "change_note", "is_correction"
    )
    if not editions:
        raise Http404
    return render(request, "articles/history.html", {"document": document, "editions": editions})


@require_safe
def edition(request, slug, number):
    """One edition by its number: a superseded one for everybody, one that is not public yet for staff."""
    found = (
        ArticleEdition.objects.released().for_reading().with_review().filter(document__slug=slug, number=number).first()
    )
    if found is None:
        return preview(request, slug, number)
    if found.document.is_withdrawn:
        return render(request, "410.html", {"document": found.document}, status=410)
    live = found.document.live_edition
    return render(request, "articles/detail.html", reading(found) | {"superseded_by": live if live != found else None})


@never_cache
def preview(request, slug, number):
    if not request.user.has_perm("articles.view_articleedition"):
        raise Http404
    found = get_object_or_404(ArticleEdition.objects.for_reading().with_review(), document__slug=slug, number=number)
    return render(request, "articles/detail.html", reading(found) | {"is_preview": True})


def reading(edition) -> dict:
    """What the page of one edition shows beside its own row."""
    related = edition.related.all()
    return {
        "edition": edition,
        "faqs": edition.faqs.all(),
        "citations": edition.citations.select_related("reference"),
        "related": ArticleEdition.objects.listed().filter(document__in=related),
        "corrections": ArticleEdition.objects.corrections(),
    }
