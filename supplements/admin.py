"""What editors and reviewers see of forms, and of the plain rows about them."""

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.urls import reverse

from articles.desk import DocumentAdmin, EditionAdmin, EditionForm, ReviewInline
from supplements.models import (
    Food,
    IntakeReference,
    Interaction,
    RouteCaution,
    Supplement,
    SupplementEdition,
    SupplementReview,
    Use,
)


@admin.register(Supplement)
class SupplementAdmin(DocumentAdmin):
    list_display = ("slug", "name", "readers_see", "evidence")
    search_fields = ("slug", "editions__name")
    fields = ("slug",)

    def get_queryset(self, request):
        mine = SupplementEdition.objects.filter(document=OuterRef("pk"))
        live = mine.live()
        return (
            super()
            .get_queryset(request)
            .annotate(
                live_name=Subquery(live.values("name")[:1]),
                newest_name=Subquery(mine.order_by("-number").values("name")[:1]),
                live_evidence=Subquery(live.values("evidence")[:1]),
            )
            .order_by("slug")
        )

    @admin.display(description="name")
    def name(self, supplement):
        return supplement.live_name or supplement.newest_name or "(nothing written yet)"

    @admin.display(description="readers see")
    def readers_see(self, supplement):
        if supplement.live_name:
            return "live"
        return "withdrawn" if supplement.withdrawn_at else "nothing yet"

    @admin.display(description="evidence", ordering="live_evidence")
    def evidence(self, supplement):
        return supplement.live_evidence or "-"


class SupplementEditionForm(EditionForm):
    class Meta:
        widgets = {field: forms.Textarea(attrs={"rows": 3, "cols": 90}) for field in SupplementEdition.cited_fields}


class SupplementReviewInline(ReviewInline):
    model = SupplementReview


@admin.register(SupplementEdition)
class SupplementEditionAdmin(EditionAdmin):
    form = SupplementEditionForm
    review_inline = SupplementReviewInline
    autocomplete_fields = ("articles",)
    filter_horizontal = ("uses",)
    fields = (
        "opened_version",
        "document",
        "name",
        "cautions",
        ("formula", "route", "solubility"),
        ("elemental_percent", "elemental_low", "elemental_high"),
        "hydrate_note",
        "label_note",
        "bioavailability",
        "bioavailability_note",
        "gut",
        "gut_note",
        "evidence",
        "evidence_note",
        "typical_uses",
        "key_benefit",
        "best_for",
        "uses",
        "articles",
        "change_note",
        "is_correction",
    )

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.instance.note_references()

    def preview_url(self, edition):
        return reverse("supplements:edition", args=[edition.document.slug, edition.number])


class CitedRowAdmin(admin.ModelAdmin):
    """A plain row whose texts cite: its references follow from them."""

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.instance.note_references()


@admin.register(RouteCaution)
class RouteCautionAdmin(CitedRowAdmin):
    list_display = ("route", "cautions")


@admin.register(Interaction)
class InteractionAdmin(CitedRowAdmin):
    list_display = ("name", "kind", "severity", "hours_apart")
    list_filter = ("kind", "severity")
    search_fields = ("name", "examples")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Food)
class FoodAdmin(CitedRowAdmin):
    list_display = ("name", "serving", "magnesium_mg", "daily_value_percent", "group")
    list_filter = ("group",)
    search_fields = ("name",)


@admin.register(IntakeReference)
class IntakeReferenceAdmin(CitedRowAdmin):
    list_display = ("life_stage", "sex", "rda_mg", "upper_mg")
    list_filter = ("sex",)


@admin.register(Use)
class UseAdmin(admin.ModelAdmin):
    list_display = ("name", "slug", "position")
