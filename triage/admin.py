"""Checklists in the admin: an edition with its parts, and a page for each part that has parts of its own."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import resolve, reverse

from articles.desk import DocumentAdmin, EditionAdmin, PartInline, ReviewInline, admin_address
from articles.editions import Part
from triage.drawing import draw
from triage.models import (
    Advice,
    Checklist,
    ChecklistEdition,
    ChecklistReview,
    Condition,
    Magnesium,
    Option,
    Outcome,
    PairRule,
    Question,
    Vignette,
    Word,
)

PUBLISHING = ("approve", "publish", "schedule", "publish-alone")
ROWS = {  # what a finding of the proof calls a row: its model, and how its slug is looked up
    "question": (Question, "slug"),
    "rule": (PairRule, "slug"),
    "advice": (Advice, "slug"),
    "vignette": (Vignette, "slug"),
}


@admin.register(Checklist)
class ChecklistAdmin(DocumentAdmin):
    search_fields = ("slug", "editions__title")
    fields = ("slug",)


class RowInline(PartInline, admin.TabularInline):
    """Rows that are listed here, and have a page of their own for the rest."""

    template = "admin/edit_inline/tabular.html"
    show_change_link = True


class QuestionInline(RowInline):
    model = Question
    fields = ("position", "slug", "kind", "text", "hint")


class PairRuleInline(RowInline):
    model = PairRule
    fields = ("slug", "floor", "gate", "reason")


class AdviceInline(RowInline):
    model = Advice
    fields = ("position", "slug", "kind", "title")


class VignetteInline(RowInline):
    model = Vignette
    fields = ("slug", "text", "urgency", "gate")


class OutcomeInline(PartInline):
    model = Outcome
    autocomplete_fields = ("references", "articles")


class MagnesiumInline(PartInline):
    model = Magnesium
    autocomplete_fields = ("references", "articles")


class ChecklistReviewInline(ReviewInline):
    model = ChecklistReview


@admin.register(ChecklistEdition)
class ChecklistEditionAdmin(EditionAdmin):
    change_form_template = "admin/checklist_change_form.html"
    part_inlines = (QuestionInline, PairRuleInline, OutcomeInline, MagnesiumInline, AdviceInline, VignetteInline)
    review_inline = ChecklistReviewInline
    autocomplete_fields = ("references",)
    fields = (
        "opened_version",
        "document",
        "title",
        "description",
        "introduction",
        "limits",
        "references",
        "change_note",
        "is_correction",
    )

    def preview_url(self, edition):
        return reverse("triage:edition", args=[edition.document.slug, edition.number])

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            context |= {"proof": obj.proof(), "drawing": draw(obj.ladder)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def verb_context(self, edition, verb):
        return {"changes": edition.changes()} if verb.name in PUBLISHING and edition.is_open else {}

    def linked_findings(self, edition):
        return [
            (finding, row_address(edition, finding.field) or address)
            for finding, address in super().linked_findings(edition)
        ]


def row_address(edition: ChecklistEdition, place: str) -> str:
    """The admin's page of the row that a finding calls `kind:slug`; an option's is its question's."""
    kind, _, slug = place.partition(":")
    if kind == "option":
        kind, slug = "question", slug.split("/")[0]
    if kind not in ROWS:
        return f"{admin_address(edition)}#{'outcomes' if kind == 'outcome' else 'magnesium'}-group" if slug else ""
    model, name = ROWS[kind]
    row = model.objects.filter(edition=edition, **{name: slug}).first()
    return admin_address(row) if row else ""


class PartForm(forms.ModelForm):
    """A part's form carries the version of its edition that was opened, as the edition's own form does."""

    opened_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["opened_version"].initial = self.instance.owner.version

    def clean(self):
        cleaned = super().clean()
        version = self.instance.owner.version
        if cleaned.get("opened_version") != version:
            self.data = self.data.copy()
            self.data[self.add_prefix("opened_version")] = str(version)
            self.add_error(
                None,
                "Somebody saved this edition after you opened the page. Nothing was stored, and what you typed is "
                "still here. Look at the edition in another window; save again to keep yours.",
            )
        return cleaned


class PartAdmin(admin.ModelAdmin):
    """The page of a row of an edition's content: reached from the edition, and open for as long as it is."""

    form = PartForm
    change_form_template = "admin/part_change_form.html"

    def get_model_perms(self, request):
        return {}

    def has_module_permission(self, request):
        return False

    def has_add_permission(self, request):
        return False  # a row begins in its edition's form

    def has_delete_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("triage.view_checklistedition")

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm("triage.change_checklistedition") and (obj is None or obj.owner.is_open)

    def get_object(self, request, object_id, from_field=None):
        """Hold the edition while a save is under way, so that two saves of one version cannot both pass."""
        found = super().get_object(request, object_id, from_field)
        if found is not None and request.method == "POST":
            ChecklistEdition.objects.select_for_update().get(pk=found.owner.pk)
        return found

    def get_fields(self, request, obj=None):
        return ["opened_version", *(name for name in super().get_fields(request, obj) if name != "opened_version")]

    def get_exclude(self, request, obj=None):
        return ("edition", "question")

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        narrow(db_field, request, self.model, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.instance.owner.saved_by(request.user)

    def response_change(self, request, obj):
        if "_continue" in request.POST:
            return super().response_change(request, obj)
        self.message_user(request, f"“{obj}” was saved.")
        return HttpResponseRedirect(admin_address(obj.owner))

    def changelist_view(self, request, extra_context=None):
        raise PermissionDenied


def narrow(db_field, request, page_model, kwargs) -> None:
    """Offer only rows of the edition that the page's row belongs to."""
    related = db_field.related_model
    pk = resolve(request.path_info).kwargs.get("object_id")
    if issubclass(related, Part) and pk:
        owner = page_model.objects.get(pk=pk).owner
        kwargs["queryset"] = related.objects.filter(**{related.edition_path: owner}).distinct()
        if related is Option:
            kwargs["queryset"] = kwargs["queryset"].select_related("question")


class OptionInline(PartInline):
    model = Option
    autocomplete_fields = ("references",)

    def has_add_permission(self, request, obj=None):
        return obj is None or obj.owner.is_open

    has_change_permission = has_delete_permission = has_add_permission

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        narrow(db_field, request, Question, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        narrow(db_field, request, Question, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ConditionInline(OptionInline, admin.TabularInline):
    model = Condition
    template = "admin/edit_inline/tabular.html"
    autocomplete_fields = ()
    verbose_name = "option of an earlier question"
    verbose_name_plural = "asked only if one of these was chosen"


class WordInline(OptionInline, admin.TabularInline):
    model = Word
    template = "admin/edit_inline/tabular.html"
    autocomplete_fields = ()
    verbose_name_plural = "what the words mean"


@admin.register(Question)
class QuestionAdmin(PartAdmin):
    inlines = (OptionInline, ConditionInline, WordInline)


@admin.register(PairRule)
class PairRuleAdmin(PartAdmin):
    autocomplete_fields = ("references",)
    filter_horizontal = ("options",)


@admin.register(Advice)
class AdviceAdmin(PartAdmin):
    autocomplete_fields = ("references", "articles")


@admin.register(Vignette)
class VignetteAdmin(PartAdmin):
    filter_horizontal = ("options", "cards")
