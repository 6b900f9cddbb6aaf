"""The pages of articles, and of the sources that everything on the site rests on."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from articles import copies, documents
from articles.citations import Numbering
from articles.filters import SourceFilter
from articles.kept import kept
from articles.models import (
    Article,
    ArticleEdition,
    ArticlePreviewLink,
    EvidenceRow,
    Misconception,
    Reference,
    Term,
)
from articles.reading import live_edition, reading
from articles.search import finding, kinds
from articles.sources import pages_on

ARTICLES_A_PAGE = SOURCES_A_PAGE = 50


@require_safe
def index(request):
    """All articles by topic; where they take several pages, with the topics and where each begins."""
    order, begins = kept("articles", in_order)
    page = Paginator(order, ARTICLES_A_PAGE).get_page(request.GET.get("page"))
    editions = list(ArticleEdition.objects.listed().filter(pk__in=list(page)))
    here = {edition.topic.slug for edition in editions}
    context = {
        "page": page,
        "editions": editions,
        "topics": [(slug, name, place // ARTICLES_A_PAGE + 1, slug in here) for (slug, name), place in begins.items()],
    }
    return render(request, "articles/index.html", context)


def in_order() -> tuple[list[int], dict[tuple[str, str], int]]:
    """The key of every edition in the list; and of each topic, by its slug and name, the place of its first."""
    order, begins = [], {}
    for key, *topic in ArticleEdition.objects.listed().values_list("pk", "topic__slug", "topic__name"):
        begins.setdefault(tuple(topic), len(order))
        order.append(key)
    return order, begins


@require_safe
def detail(request, slug, template="articles/detail.html"):
    edition = live_edition(slug)
    if edition is None:
        return documents.missing(request, Article, slug, for_reading(), show)
    if request.path != edition.document.get_absolute_url():
        raise Http404
    return show(request, edition, template)


@require_safe
def history(request, slug):
    return documents.history(request, Article, slug, "articles/history.html")


@require_safe
def edition(request, slug, number):
    return documents.edition(request, slug, number, for_reading(), show)


@require_safe
def shared(request, token):
    return documents.shared(request, ArticlePreviewLink, token, for_reading(), show)


@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def search(request):
    text = request.GET.get("q", "")
    if request.htmx and request.htmx.target == "suggestions":
        return render(request, "articles/search.html#suggested", finding.suggest(text))
    asked, page = request.GET.get("kind", ""), request.GET.get("page", "")
    chosen = kinds.registered.get(asked)
    kind = asked if chosen and not chosen.stands_apart else ""
    results = finding.find(text, kind, int(page) if page.isdecimal() and len(page) < 6 else 1)
    context = {"results": results, "kind": kind, "is_unlisted": bool(results.question.text)}
    return render(request, "articles/search.html", context)


@require_safe
def glossary(request):
    return render(request, "articles/glossary.html", {"letters": Term.objects.by_letter()})


@require_safe
def markdown(request, slug):
    """The live edition as Markdown. It is a copy, so search engines are shown the page."""
    edition = for_reading().with_review().live().articles().filter(document__slug=slug).first()
    if edition is None:
        document = get_object_or_404(Article, slug=slug, is_site_page=False)
        if document.is_withdrawn:
            return documents.gone(request, document)
        raise Http404
    text = copies.as_markdown(edition, request.build_absolute_uri)
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    address = request.build_absolute_uri(edition.document.get_absolute_url())
    response["Link"] = f'<{address}>; rel="canonical"'
    return response


@require_safe
def catalogue(request):
    text = copies.catalogue(ArticleEdition.objects.listed().with_review(), request.build_absolute_uri)
    return HttpResponse(text, content_type="application/json")


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def share(request, slug, number):
    """The picture of one edition for other sites. Its words never change, so it may be kept for ever."""
    edition = ArticleEdition.objects.shown().filter(document__slug=slug, number=number).only("title").first()
    if edition is None:
        raise Http404
    from articles import sharing  # with Pillow, which would take a twentieth of the site's start

    return HttpResponse(sharing.picture(edition), content_type="image/png")


def for_reading():
    return ArticleEdition.objects.for_reading()


def show(request, edition, template="articles/detail.html", is_preview=False, is_unlisted=False, **more):
    standing = {"is_preview": is_preview, "is_unlisted": is_unlisted, "superseded_by": None}
    return render(request, template, standing | reading(edition) | more)


@require_safe
def sources(request):
    chosen, used = SourceFilter.from_query(request.GET), Reference.objects.in_public_use()
    total, shown = used.counts(chosen.condition)
    paginator = Paginator(used.filter(chosen.condition).strongest_first(), SOURCES_A_PAGE)
    paginator.count = shown  # known already: no second query
    context = {
        "filter": chosen,
        "kinds": [(kind, Reference(kind=kind).weight) for kind in Reference.Kind],
        "page": paginator.get_page(request.GET.get("page")),
        "summary": chosen.summary(shown, total),
    }
    return render(request, "articles/sources.html", context)


@require_safe
def source(request, key):
    """One source and every live page that rests on it; one that no live page uses is not public."""
    reference = get_object_or_404(Reference.objects.in_public_use(), key=key)
    return render(request, "articles/source.html", {"reference": reference, "groups": pages_on(reference)})


@require_safe
def evidence(request):
    """What trials have and have not shown, in one table, and what people often get wrong."""
    answers, mistakes = EvidenceRow.objects.by_topic(), list(Misconception.objects.all())
    numbering = Numbering(text for row in [*answers, *mistakes] for text in row.texts)
    context = {"answers": answers, "mistakes": mistakes, "numbering": numbering}
    return render(request, "articles/evidence.html", context)
