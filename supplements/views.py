"""The table of forms, its tools, and the pages of the plain rows. Health answers come by POST and are kept nowhere."""

from operator import attrgetter, methodcaller

from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from articles import documents
from articles.citations import Numbering, plain
from articles.models import ArticleEdition, Reference
from supplements import charts, dose, exports
from supplements.filters import COLUMNS, PAGE_SIZE, SORTS, SupplementFilter, live_forms
from supplements.forms import MedicinesForm, ProductFormSet, StageForm
from supplements.models import (
    Food,
    IntakeReference,
    Interaction,
    Route,
    RouteCaution,
    Supplement,
    SupplementEdition,
    SupplementPreviewLink,
    Use,
)

FEWEST, MOST = 2, 4  # forms that can be compared
COMPARED = {
    "Cautions": attrgetter("cautions"),
    "Evidence for twitches and cramps": methodcaller("get_evidence_display"),
    "What was tested": attrgetter("evidence_note"),
    "Share of magnesium": attrgetter("percent_words"),
    "Bioavailability": methodcaller("get_bioavailability_display"),
    "How well it gets in": attrgetter("bioavailability_note"),
    "Effect on the gut": methodcaller("get_gut_display"),
    "How it is taken": methodcaller("get_route_display"),
    "May suit": attrgetter("best_for"),
    "What is said for it": attrgetter("key_benefit"),
    "Typical uses": attrgetter("typical_uses"),
    "On the label": attrgetter("label_note"),
    "Formula": attrgetter("formula"),
    "Solubility": attrgetter("solubility"),
}
LABEL = "[^fda-mgo-label]"  # of a tablet that says what it weighs, and how much of that is magnesium
FOOD_SORTS = {"magnesium": "-magnesium_mg", "name": "name", "group": "group"}


@require_safe
@vary_on_headers("HX-Request")
def table(request):
    chosen = SupplementFilter.from_query(request.GET, Use.objects.all())
    forms = live_forms()
    counts = chosen.count(forms)
    page = Paginator(chosen.keys(forms), PAGE_SIZE).get_page(chosen.page)
    rows = sorted(forms.for_table().filter(pk__in=list(page)), key=lambda row: page.object_list.index(row.pk))
    route_cautions = RouteCaution.objects.beside(rows)
    ticked_elsewhere = set(chosen.form) - {row.document.slug for row in rows}
    context = {
        "filter": chosen,
        "facets": chosen.facets(counts),
        "summary": chosen.summary(counts.shown, counts.total),
        "ways_out": [] if rows else chosen.ways_out(counts),
        "columns": COLUMNS,
        "sorts": SORTS,
        "rows": rows,
        "elsewhere": forms.for_table().filter(document__slug__in=ticked_elsewhere) if ticked_elsewhere else [],
        "page": page,
        "route_cautions": route_cautions,
        "numbering": Numbering(texts_of(route_cautions, rows)),
        "address": chosen.address(request.path),
    }
    response = render(request, f"supplements/list.html{'#updates' if request.htmx else ''}", context)
    if request.htmx:
        response["HX-Push-Url"] = context["address"]
    return response


def texts_of(route_cautions, editions) -> list[str]:
    """Every text of a page of forms, for their sources."""
    return [caution.cautions for caution in route_cautions] + [text for form in editions for text in form.texts]


@require_safe
def export(request, kind):
    chosen = SupplementFilter.from_query(request.GET, Use.objects.all())
    editions = list(chosen.apply(live_forms().for_table()).prefetch_related("uses"))
    rows = exports.rows(editions, list(RouteCaution.objects.all()), request.build_absolute_uri)
    if kind == "csv":
        response = HttpResponse(exports.as_csv(rows), content_type="text/csv; charset=utf-8")
    else:
        keys = {key for row in rows for key in row["sources"].split()}
        references = Reference.objects.filter(key__in=keys)
        summary = chosen.summary(len(rows), live_forms().count())
        response = JsonResponse(exports.as_json(rows, references, summary), json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="forms-of-magnesium.{kind}"'
    return response


@require_safe
def detail(request, slug):
    edition = for_reading().live().filter(document__slug=slug).first()
    if edition is None:
        return documents.missing(request, Supplement, slug, for_reading(), show)
    return show(request, edition)


@require_safe
def history(request, slug):
    return documents.history(request, Supplement, slug, "supplements/history.html")


@require_safe
def edition(request, slug, number):
    return documents.edition(request, slug, number, for_reading(), show)


@require_safe
def shared(request, token):
    return documents.shared(request, SupplementPreviewLink, token, for_reading(), show)


def for_reading():
    return SupplementEdition.objects.for_table().with_review().with_beginning()


def show(request, edition, **more):
    interactions = Interaction.objects.for_route(edition.route)
    route_cautions = RouteCaution.objects.beside([edition])
    context = {
        "edition": edition,
        "interactions": interactions,
        "route_cautions": route_cautions,
        "numbering": Numbering(
            [
                *texts_of(route_cautions, [edition]),
                *(text for row in interactions for text in (row.what_happens, row.what_to_do)),
            ]
        ),
        "articles": ArticleEdition.objects.listed().filter(document__in=edition.articles.all()),
    }
    return render(request, "supplements/detail.html", context | more)


@require_safe
def compare(request):
    slugs = list(dict.fromkeys(request.GET.getlist("form")))
    forms = list(live_forms().for_table().filter(document__slug__in=slugs[:20]).order_by("name"))
    context = {"forms": forms, "fewest": FEWEST, "most": MOST}
    if FEWEST <= len(forms) <= MOST:
        context["route_cautions"] = RouteCaution.objects.beside(forms)
        context["numbering"] = Numbering(texts_of(context["route_cautions"], forms))
        context["lines"] = comparison(forms)
    else:
        context["choices"] = live_forms().for_table().order_by("name")
        context["chosen"] = {form.document.slug for form in forms}
    return render(request, "supplements/compare.html", context)


def comparison(forms) -> list[dict]:
    """Line by line what the forms have, and whether they differ there."""
    lines = []
    for title, show in COMPARED.items():
        cells = [show(form) for form in forms]
        lines.append({"title": title, "cells": cells, "differs": len({plain(cell) for cell in cells}) > 1})
    return lines


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dose_tool(request):
    data = request.POST if request.method == "POST" else None
    forms = list(live_forms().for_table().order_by("name"))
    swallowed = [edition for edition in forms if edition.route == Route.ORAL]
    products = ProductFormSet(data, form_kwargs={"editions": swallowed}, prefix="product")
    stage = StageForm(data)
    context = {"products": products, "stage": stage, "limits": dose.LIMITS, "forms": forms}
    context["chart"] = charts.share_chart(forms)
    context |= {"label": LABEL, "numbering": Numbering([LABEL])}
    if data is not None and products.is_valid() & stage.is_valid():
        taken = dose.intake(product for _, product in products.products)
        chosen = stage.cleaned_data["stage"]
        context |= {
            "taken": taken,
            "chosen": chosen,
            "assessment": dose.assess(taken, chosen.rda_mg, chosen.upper_mg),
            "each": [(edition, product.elemental) for edition, product in products.products],
        }
    return render(request, "supplements/dose.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def medicines(request):
    interactions = list(Interaction.objects.all())
    form = MedicinesForm(request.POST if request.method == "POST" else None, interactions=interactions)
    word, taken = "", set()
    if form.is_valid():
        word, taken = form.cleaned_data["q"].casefold(), set(form.cleaned_data["taken"])
    clashes = [row for row in interactions if row.slug in taken]
    context = {
        "form": form,
        "word": word,
        "taken": taken,
        "found": [row for row in interactions if row.slug in taken or word in row.words],
        "clashes": clashes,
        "asked": request.method == "POST" and "show" in request.POST,
        "all": interactions,
        "numbering": Numbering(text for row in interactions for text in (row.what_happens, row.what_to_do)),
    }
    return render(request, "supplements/medicines.html", context)


@require_safe
def foods(request):
    sort = request.GET.get("sort", "")
    sort = sort if sort in FOOD_SORTS else "magnesium"
    rows = list(Food.objects.order_by(FOOD_SORTS[sort], "-magnesium_mg", "name"))
    intake = list(IntakeReference.objects.all())
    context = {
        "foods": rows,
        "chart": charts.food_chart(rows),
        "sort": sort,
        "intake": intake,
        "limits": dose.LIMITS,
        "numbering": Numbering(
            [row.sources for row in [*rows, *intake]] + [f"[^{limit.source}]" for limit in dose.LIMITS]
        ),
    }
    return render(request, "supplements/foods.html", context)
