"""What editors and reviewers see of articles, topics and references."""

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.forms.models import BaseInlineFormSet
from django.urls import reverse
from django.utils.html import format_html_join

from articles import markdown
from articles.desk import (
    DocumentAdmin,
    EditionAdmin,
    EditionForm,
    PartInline,
    ReviewInline,
    StandingFilter,
    admin_address,
)
from articles.editions import OPEN_STATES, Edition
from articles.models import (
    MOST_KEY_POINTS,
    Article,
    ArticleEdition,
    ArticleReview,
    Faq,
    Figure,
    Reference,
    Topic,
)

admin.site.site_header = admin.site.site_title = "Twitchwise desk"
admin.site.index_title = "Content"


@admin.register(Article)
class ArticleAdmin(DocumentAdmin):
    list_filter = (StandingFilter, "is_site_page")
    search_fields = ("slug", "editions__title")
    fields = ("slug", "is_site_page")


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
        names = [name for name in ("quick_answer", "key_points", "body") if cleaned.get(name)]
        for name, fault in rendering_faults([cleaned[name] for name in names], names):
            self.add_error(name, fault)
        return cleaned


class FaqFormSet(BaseInlineFormSet):
    def clean(self):
        super().clean()
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
                yield owner, f"There is no source with the key “{key}”. Add it under References, or mend the key."


class FaqInline(PartInline):
    model = Faq
    formset = FaqFormSet
    fields = ("position", "question", "answer")


class FigureInline(PartInline):
    model = Figure
    fields = ("name", "image", "alt", "caption")


class ArticleReviewInline(ReviewInline):
    model = ArticleReview


@admin.register(ArticleEdition)
class ArticleEditionAdmin(EditionAdmin):
    form = ArticleEditionForm
    part_inlines = (FaqInline, FigureInline)
    review_inline = ArticleReviewInline
    autocomplete_fields = ("related",)
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
        "change_note",
        "is_correction",
    )

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.instance.typeset()

    def preview_url(self, edition):
        return reverse("articles:edition", args=[edition.document.slug, edition.number])


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ("name", "slug", "position")


@admin.register(Reference)
class ReferenceAdmin(admin.ModelAdmin):
    list_display = ("key", "title", "year", "kind", "checked", "status", "uses")
    list_filter = ("kind", "checked", "status")
    search_fields = ("key", "title", "authors")
    readonly_fields = ("where_used",)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(use_count=Count("citations", distinct=True))

    @admin.display(description="citations", ordering="use_count")
    def uses(self, reference):
        return reference.use_count

    @admin.display(description="where it is used")
    def where_used(self, reference):
        """Every live page, open draft and plain row that rests on it, of whatever kind."""
        rows = [
            (admin_address(row), row, row._meta.verbose_name, row.standing if isinstance(row, Edition) else "in use")
            for row in users_of(reference)
        ]
        return format_html_join("", '<div><a href="{}">{}</a> ({}, {})</div>', rows) if rows else "Nowhere yet."

    def get_readonly_fields(self, request, obj=None):
        return ("where_used", "key") if obj else ()

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or not any(users_of(obj)))


def users_of(reference: Reference):
    """The rows that rest on a reference: editions that are live or open, and rows that have no editions."""
    for relation in Reference._meta.related_objects:
        model = relation.related_model
        if not relation.many_to_many:
            continue  # a citation, which its edition speaks for
        rows = model.objects.filter(references=reference).distinct()
        if issubclass(model, Edition):
            rows = rows.filter(state__in=OPEN_STATES) | rows.filter(pk__in=model.objects.live().values("pk")).distinct()
        yield from rows
