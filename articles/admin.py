"""What editors and reviewers see of articles, topics, references and the glossary."""

from contextlib import suppress

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Count
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from articles import markdown, pictures
from articles.desk import (
    CitedRowAdmin,
    DocumentAdmin,
    EditionAdmin,
    EditionForm,
    PartFormSet,
    PartInline,
    PlainRow,
    StandingFilter,
    WhereUsed,
    refuse_odd_keys,
)
from articles.desk.editing import LONGEST_KEY
from articles.models import (
    MOST_KEY_POINTS,
    Article,
    ArticleEdition,
    EvidenceRow,
    Faq,
    Figure,
    KnownWord,
    Misconception,
    Reference,
    Synonym,
    Term,
    Topic,
    known_names,
    with_liveness,
)
from articles.search import words
from articles.search.index import all_at_once
from articles.usage import is_used

MOST_AT_ONCE = 50  # editions that are typeset while somebody waits for a save: a few seconds


@admin.register(Article)
class ArticleAdmin(DocumentAdmin):
    list_filter = (StandingFilter, "is_site_page")
    search_fields = ("slug", "editions__title")
    fields = ("slug", "is_site_page", "owner")


class ArticleEditionForm(EditionForm):
    class Meta:
        widgets = {
            "body": forms.Textarea(attrs={"rows": 32, "cols": 90, "spellcheck": "true"}),
            "quick_answer": forms.Textarea(attrs={"rows": 4, "cols": 90}),
            "key_points": forms.Textarea(attrs={"rows": 7, "cols": 90}),
            "title": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "description": forms.TextInput(attrs={"class": "vLargeTextField"}),
            "change_note": forms.TextInput(attrs={"class": "vLargeTextField"}),
        }

    def clean_key_points(self):
        points = self.cleaned_data["key_points"]
        if len([line for line in points.splitlines() if line.strip()]) > MOST_KEY_POINTS:
            raise forms.ValidationError(f"{MOST_KEY_POINTS} key points at most. Which one could go?")
        return points

    def clean(self):
        cleaned = super().clean()
        if self.conflict:
            return cleaned  # it is shown again anyway, and rendering would hold up everybody who wants to save
        names = [name for name in ("quick_answer", "key_points", "body") if cleaned.get(name)]
        for name, fault in rendering_faults([cleaned[name] for name in names], names):
            self.add_error(name, fault)
        return cleaned


class FaqFormSet(PartFormSet):
    def clean(self):
        super().clean()
        if getattr(self.instance, "is_overtaken", False):
            return
        kept = [form for form in self.forms if form not in self.deleted_forms and form.cleaned_data.get("answer")]
        for form, fault in rendering_faults([form.cleaned_data["answer"] for form in kept], kept):
            form.add_error("answer", fault)


def rendering_faults(texts: list[str], owners: list):
    """Render typed texts within the deadline; yields (owner, reason) for each that cannot become a page."""
    if not texts:
        return
    known = set(Reference.objects.values_list("key", flat=True))
    try:
        unknown = markdown.render_with_deadline(texts, known).unknown
    except markdown.Unrenderable as error:
        yield owners[-1], str(error)
        return
    for key in unknown:
        for owner, text in zip(owners, texts, strict=True):
            if f"[^{key}]" in text:
                yield (
                    owner,
                    f"There is no source with the key “{key}”. Mend the key, or take it out and ask a reviewer to add "
                    "the source.",
                )


class FaqInline(PartInline):
    model = Faq
    formset = FaqFormSet
    fields = ("position", "question", "answer")


class FigureInline(PartInline):
    model = Figure
    fields = ("name", "image", "alt", "caption")


@admin.register(ArticleEdition)
class ArticleEditionAdmin(EditionAdmin):
    form = ArticleEditionForm
    inlines = (FaqInline, FigureInline)
    autocomplete_fields = ("related", "unmarked_terms")
    fields = (
        "opened_version",
        "document",
        "title",
        "topic",
        "description",
        "quick_answer",
        "key_points",
        "body",
        "related",
        "unmarked_terms",
        "change_note",
        "is_correction",
    )

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.instance.typeset()

    how_to_write = "admin/how_to_write.html"

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(with_liveness("related"), "unmarked_terms")

    def preview_url(self, edition):
        return reverse("articles:edition", args=[edition.document.slug, edition.number])

    def shared_address(self, token):
        return reverse("articles:shared", args=[token])

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.typed_view))
        return [path("typed/", view, name="articles_articleedition_typed"), *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        return super().render_change_form(
            request, context | {"typed_url": self.address("typed")}, add, change, form_url, obj
        )

    def prepare_uploads(self, request):
        for name, upload in list(request.FILES.items()):
            with suppress(ValidationError):  # the form says what is wrong with it
                request.FILES[name] = pictures.prepare(upload)

    def typed_view(self, request):
        """What is being typed, as a reader will see it: through the function that makes the page, and not stored."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        edition = self.get_object(request, request.GET["edition"], held=False) if "edition" in request.GET else None
        context = (
            self.admin_site.each_context(request)
            | {"title": "As a reader will see it"}
            | typeset(request.POST, edition)
        )
        return render(request, f"admin/as_read.html{'#as_read' if request.htmx else ''}", context)


def typeset(typed, edition: ArticleEdition | None) -> dict:
    """The posted texts of an article's form as HTML, or the reason why they cannot become a page."""
    answers = [
        (typed.get(f"faqs-{place}-question", ""), typed[f"faqs-{place}-answer"])
        for place in range(len(typed))
        if f"faqs-{place}-answer" in typed and f"faqs-{place}-DELETE" not in typed
    ]
    points = "\n".join(f"- {line.strip()}" for line in typed.get("key_points", "").splitlines() if line.strip())
    texts = [typed.get("quick_answer", ""), points, typed.get("body", ""), *(answer for _, answer in answers)]
    try:
        rendered = markdown.render_with_deadline(texts, *known_names(edition), terms_to_mark(typed))
    except markdown.Unrenderable as reason:
        return {"reason": str(reason)}
    quick_answer, key_points, body, *answered = map(markdown.trusted, rendered.html)
    sources = {source.key: source for source in Reference.objects.filter(key__in=rendered.cited)}
    return {
        "heading": typed.get("title", ""),
        "quick_answer": quick_answer,
        "key_points": key_points,
        "body": body,
        "answers": [(question, html) for (question, _), html in zip(answers, answered, strict=True)],
        "sources": [sources[key] for key in rendered.cited],
        "unknown": rendered.unknown,
        "missing": rendered.missing,
        "terms": rendered.terms,
    }


def terms_to_mark(typed) -> list[dict]:
    """The terms of the glossary but for those that the form switches off."""
    keys = [key for key in typed.getlist("unmarked_terms") if key.isdecimal() and len(key) <= LONGEST_KEY]
    return Term.objects.exclude(pk__in=keys).to_mark()


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ("name", "slug", "position")


@admin.register(Reference)
class ReferenceAdmin(WhereUsed, PlainRow, admin.ModelAdmin):
    change_form_template = "admin/used_change_form.html"
    list_display = ("key", "title", "year", "kind", "checked", "status", "uses")
    list_filter = ("kind", "checked", "status")
    search_fields = ("key", "title", "authors")
    list_per_page = 50

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(use_count=Count("citations", distinct=True))

    @admin.display(description="citations", ordering="use_count")
    def uses(self, reference):
        return reference.use_count

    def get_readonly_fields(self, request, obj=None):
        return ("key",) if obj else ()

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or not is_used(obj))

    def save_model(self, request, obj, form, change):
        """A new status is said at every citation, in old editions too, within the transaction that stores it."""
        with all_at_once():
            super().save_model(request, obj, form, change)
            if change and "status" in form.changed_data:
                make_anew(request, ArticleEdition.objects.citing(obj))

    def is_to_look_at_again(self, row):
        return row.status != Reference.Status.CURRENT


@admin.register(Synonym)
class SynonymAdmin(PlainRow, admin.ModelAdmin):
    list_display = ("said", "meant", "first")
    list_filter = ("first",)
    search_fields = ("said", "meant")
    list_per_page = 50
    fields = ("said", "meant", "first")

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)  # nothing rests on it

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        stems = words.stems(obj.meant)
        if len(set(stems)) > KnownWord.objects.filter(stem__in=stems).values("stem").distinct().count():
            messages.warning(request, f"No page says “{obj.meant}” yet, so whoever types “{obj.said}” finds no more.")


@admin.register(Term)
class TermAdmin(WhereUsed, PlainRow, admin.ModelAdmin):
    change_form_template = "admin/used_change_form.html"
    list_display = ("name", "slug", "definition")
    search_fields = ("name", "other_names")
    fields = ("name", "slug", "other_names", "definition", "references")
    autocomplete_fields = ("references",)
    formfield_overrides = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 4, "cols": 90})}}
    prepopulated_fields = {"slug": ("name",)}
    list_per_page = 100

    def get_readonly_fields(self, request, obj=None):
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        needed = {"required": True, "error_messages": {"required": "Name at least one source for what the term means."}}
        return super().formfield_for_manytomany(db_field, request, **needed | kwargs)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        refuse_odd_keys(request, self.autocomplete_fields)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        before = self.model.objects.get(pk=obj.pk).names if change else []
        with all_at_once():
            super().save_model(request, obj, form, change)
            if set(form.changed_data) - {"references"}:  # articles show everything else
                self.explain_again(request, [*before, *obj.names])

    @transaction.atomic
    def delete_model(self, request, obj):
        names = obj.names
        with all_at_once():
            super().delete_model(request, obj)
            self.explain_again(request, names)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        names = [name for term in queryset for name in term.names]
        with all_at_once():
            super().delete_queryset(request, queryset)
            self.explain_again(request, names)

    def explain_again(self, request, names):
        make_anew(request, ArticleEdition.objects.in_use().mentioning(names))


def make_anew(request, editions) -> None:
    """Typeset editions within the request, unless that would take too long, and say which of both."""
    keys = list(editions.values_list("pk", flat=True))  # takes seconds, for many
    if len(keys) > MOST_AT_ONCE:
        says = f"{len(keys)} pages are to be made anew, too many to wait for. “manage.py typeset” does it."
        messages.warning(request, says)
    elif keys:
        ArticleEdition.objects.filter(pk__in=keys).typeset_again()
        messages.info(request, f"Pages made anew: {len(keys)}.")


@admin.register(EvidenceRow)
class EvidenceRowAdmin(CitedRowAdmin):
    list_display = ("question", "about", "certainty", "position")
    list_filter = ("about", "certainty")
    search_fields = ("question", "answer")
    prepopulated_fields = {"slug": ("question",)}


@admin.register(Misconception)
class MisconceptionAdmin(CitedRowAdmin):
    list_display = ("claim", "position")
    search_fields = ("claim", "right")
    prepopulated_fields = {"slug": ("claim",)}
