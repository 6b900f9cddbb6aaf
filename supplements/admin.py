"""What editors and reviewers see of forms, and of the plain rows about them."""

from django import forms
from django.contrib import admin
from django.urls import reverse

from articles.desk import CitedRowAdmin, DocumentAdmin, EditionAdmin, EditionForm
from articles.models import with_liveness
from articles.usage import is_used
from supplements.models import (
    Food,
    IntakeReference,
    Interaction,
    RouteCaution,
    Supplement,
    SupplementEdition,
    Use,
)


@admin.register(Supplement)
class SupplementAdmin(DocumentAdmin):
    title_field = "name"
    search_fields = ("slug", "editions__name")
    fields = ("slug", "owner")


class SupplementEditionForm(EditionForm):
    class Meta:
        widgets = {field: forms.Textarea(attrs={"rows": 3, "cols": 90}) for field in SupplementEdition.cited_fields}


@admin.register(SupplementEdition)
class SupplementEditionAdmin(EditionAdmin):
    form = SupplementEditionForm
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

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related(with_liveness("articles"))

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.instance.note_references()

    def preview_url(self, edition):
        return reverse("supplements:edition", args=[edition.document.slug, edition.number])

    def shared_address(self, token):
        return reverse("supplements:shared", args=[token])


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

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or not is_used(obj))
