"""Checklists in the admin: an edition with its parts, and a page for each part that has parts of its own."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms import Script
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse

from articles.comparing import snapshot
from articles.desk import (
    DocumentAdmin,
    EditionAdmin,
    OpenedForm,
    PartInline,
    WhereUsed,
    admin_address,
    merged_forms,
    note_save,
    plainly,
    refuse_odd_keys,
    too_late,
)
from articles.editions import Part
from triage.drawing import draw
from triage.models import (
    Advice,
    Checklist,
    ChecklistEdition,
    Condition,
    Magnesium,
    Option,
    Outcome,
    PairRule,
    Question,
    Vignette,
    Word,
)

ROWS = {  # what a finding of the proof calls a row: where its edition has it, and what its slug names
    "question": ("questions", "slug"),
    "rule": ("rules", "slug"),
    "advice": ("advices", "slug"),
    "outcome": ("outcomes", "urgency"),
    "magnesium": ("magnesium", "gate"),
    "vignette": ("vignettes", "slug"),
}


@admin.register(Checklist)
class ChecklistAdmin(DocumentAdmin):
    search_fields = ("slug", "editions__title")
    fields = ("slug", "owner")


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


class OutcomeInline(RowInline):
    model = Outcome
    fields = ("urgency", "heading", "action")


class MagnesiumInline(RowInline):
    model = Magnesium
    fields = ("gate", "heading", "text", "suggests_supplement")


class LoweringForm(forms.Form):
    """Asked of whoever makes some answers less urgent."""

    knows_lowered = forms.BooleanField(label="I have read that some answers end less urgent than now, and agree")

    @classmethod
    def beside(cls, form):
        return type("LoweringForm", (cls, form), {})


@admin.register(ChecklistEdition)
class ChecklistEditionAdmin(EditionAdmin):
    change_form_template = "admin/checklist_change_form.html"
    inlines = (QuestionInline, PairRuleInline, OutcomeInline, MagnesiumInline, AdviceInline, VignetteInline)
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
        return {"changes": edition.changes()} if verb.publishes and edition.is_open else {}

    def comparison_context(self, old, new):
        return {"ladder_changes": new.changes_from(old)}

    def shared_address(self, token):
        return reverse("triage:shared-landing", args=[token])

    def get_queryset(self, request):
        return super().get_queryset(request).with_before()

    def verb_form(self, edition, verb):
        form = super().verb_form(edition, verb)
        return LoweringForm.beside(form) if verb.publishes and edition.is_open and edition.lowers() else form

    def linked_findings(self, request, edition):
        return [
            (finding, row_address(edition, finding.field) or address)
            for finding, address in super().linked_findings(request, edition)
        ]


def row_address(edition: ChecklistEdition, place: str) -> str:
    """The admin's page of the row that a finding calls `kind:slug`; an option's is its question's."""
    kind, _, slug = place.partition(":")
    if kind == "option":
        kind, slug = "question", slug.split("/")[0]
    if kind not in ROWS:
        return ""
    relation, name = ROWS[kind]
    row = next((row for row in getattr(edition, relation).all() if getattr(row, name) == slug), None)
    return admin_address(row) if row else f"{admin_address(edition)}#{relation}-group"


class PartForm(OpenedForm):
    """A part's form carries the version of its edition that was opened, as the edition's own form does."""

    @property
    def edition(self):
        return self.instance.owner


class PartAdmin(admin.ModelAdmin):
    """The page of a row of an edition's content: reached from the edition, and open for as long as it is."""

    class Media:
        js = (Script("js/desk.js", defer=True),)

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

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(f"{self.model.edition_path}__document")

    def get_object(self, request, object_id, from_field=None):
        """Hold the edition while a save is under way, so that two saves of one version cannot both pass."""
        found = super().get_object(request, object_id, from_field)
        if found is None:
            return None
        if request.method == "POST":
            ChecklistEdition.objects.select_for_update().filter(pk=found.owner.pk).first()
            found = super().get_object(request, object_id, from_field)  # as it is now that nobody else can change it
            if found is None:
                return None
        request.edition_in_hand = found.owner
        return found

    def get_fields(self, request, obj=None):
        return ["opened_version", *(name for name in super().get_fields(request, obj) if name != "opened_version")]

    def get_exclude(self, request, obj=None):
        return ("edition", "question")

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        narrow(db_field, request, kwargs)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        request.before = snapshot(obj.owner)
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        note_save(request, form.instance.owner)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        refuse_odd_keys(request, self.get_autocomplete_fields(request))
        may = request.user.has_perm("triage.change_checklistedition")
        if request.method == "POST" and may and object_id and object_id.isdecimal():
            part = self.get_queryset(request).filter(pk=object_id).first()
            if part is None or not part.owner.is_open:
                return too_late(request, self, part.owner if part else None)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return plainly(super().formfield_for_dbfield(db_field, request, **kwargs))

    def log_change(self, request, obj, message):
        """What was changed here is the edition's history: the row's name goes into its message."""
        if not request.changed:
            return None
        for part in message:
            for told in part.values():
                told.setdefault("name", str(obj._meta.verbose_name))
                told.setdefault("object", str(obj))
        return super().log_change(request, obj.owner, message)

    def history_view(self, request, object_id, extra_context=None):
        part = self.get_object(request, object_id)
        if part is None:
            raise Http404
        return HttpResponseRedirect(admin_address(part.owner.document, "history"))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            alive = reverse("admin:triage_checklistedition_alive")
            context |= {"merged": merged_forms(context), "alive_url": alive}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request, obj):
        if "_continue" in request.POST:
            return super().response_change(request, obj)
        self.message_user(request, f"“{obj}” was saved.")
        return HttpResponseRedirect(admin_address(obj.owner))

    def changelist_view(self, request, extra_context=None):
        raise PermissionDenied


def narrow(db_field, request, kwargs) -> None:
    """Offer only rows of the edition that the page's row belongs to."""
    related = db_field.related_model
    edition = getattr(request, "edition_in_hand", None)
    if issubclass(related, Part) and edition is not None:
        kwargs["queryset"] = related.objects.filter(**{related.edition_path: edition})
        if related is Option:
            kwargs["queryset"] = kwargs["queryset"].select_related("question")


class BelowInline(RowInline):
    """Rows of a part: as open as the edition that both belong to."""

    def has_add_permission(self, request, obj=None):
        return obj is None or obj.owner.is_open

    has_change_permission = has_delete_permission = has_add_permission


class OptionInline(BelowInline):
    model = Option
    fields = ("position", "slug", "label", "floor", "gate", "reason")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("question")  # its name begins with its question's


class ConditionInline(BelowInline):
    model = Condition
    show_change_link = False
    verbose_name = "option of an earlier question"
    verbose_name_plural = "asked only if one of these was chosen"

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        narrow(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class WordInline(BelowInline):
    model = Word
    show_change_link = False
    verbose_name_plural = "what the words mean"


@admin.register(Question)
class QuestionAdmin(PartAdmin):
    inlines = (OptionInline, ConditionInline, WordInline)


@admin.register(Option)
class OptionAdmin(PartAdmin):
    autocomplete_fields = ("references",)
    filter_horizontal = ("advices",)

    def response_change(self, request, obj):
        self.message_user(request, f"“{obj}” was saved.")
        return HttpResponseRedirect(admin_address(obj.question))


@admin.register(Outcome, Magnesium)
class WordsAdmin(PartAdmin):
    """What a reader is told at one level of urgency, or behind one gate."""

    autocomplete_fields = ("references", "articles")


@admin.register(PairRule)
class PairRuleAdmin(PartAdmin):
    autocomplete_fields = ("references",)
    filter_horizontal = ("options",)


@admin.register(Advice)
class AdviceAdmin(WhereUsed, PartAdmin):
    autocomplete_fields = ("references", "articles")

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= {"used_url": admin_address(obj, "used")}
        return super().render_change_form(request, context, add, change, form_url, obj)


@admin.register(Vignette)
class VignetteAdmin(PartAdmin):
    filter_horizontal = ("options", "cards")
