"""The pages of articles."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from articles import documents
from articles.models import Article, ArticleEdition, ArticlePreviewLink, Term, Topic
from articles.search import finding, kinds


@require_safe
def index(request):
    return render(request, "articles/index.html", {"editions": ArticleEdition.objects.listed()})


@require_safe
def detail(request, slug, template="articles/detail.html"):
    edition = for_reading().live().filter(document__slug=slug).first()
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
        return render(request, "articles/search.html#suggested", {"hits": finding.suggest(text)})
    asked, page = request.GET.get("kind", ""), request.GET.get("page", "")
    chosen = kinds.registered.get(asked)
    kind = asked if chosen and not chosen.stands_apart else ""
    results = finding.find(text, kind, int(page) if page.isdecimal() and len(page) < 6 else 1)
    context = {"results": results, "kind": kind, "topics": () if results.total else Topic.objects.all()}
    return render(request, "articles/search.html", context)


@require_safe
def glossary(request):
    return render(request, "articles/glossary.html", {"letters": Term.objects.by_letter()})


def for_reading():
    return ArticleEdition.objects.for_reading().with_review()


def show(request, edition, template="articles/detail.html", **more):
    return render(request, template, reading(edition) | more)


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
