"""The editorial desk: what the admin of every kind of document shares.

A document's page lists its editions. An edition's page is a form while it is open and read-only once it is published.
Each step of its life is a verb with an address of its own: a page that says what will happen, and a button for it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.forms.models import model_to_dict
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_http_methods

from articles.editions import OPEN_STATES, Edition, Finding, Refused, State


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text="Readers see it at the page's address."
    )


class ScheduleForm(forms.Form):
    at = forms.SplitDateTimeField(label="When", widget=admin.widgets.AdminSplitDateTime)


class WaiverForm(forms.Form):
    waiver = forms.CharField(label="Why without a second person", max_length=300)


class ReviewForm(forms.Form):
    reviewed_on = forms.DateField(initial=timezone.localdate, widget=admin.widgets.AdminDateWidget)
    reviewer = forms.CharField(
        max_length=200, required=False, help_text="Name and profession of the clinician. Empty if none has read it."
    )
    next_due = forms.DateField(label="Next review due", widget=admin.widgets.AdminDateWidget)
    note = forms.CharField(max_length=300, required=False, help_text="For editors: what was looked at.")

    def clean(self):
        dates = super().clean()
        if dates.get("reviewed_on") and dates.get("next_due") and dates["next_due"] <= dates["reviewed_on"]:
            self.add_error("next_due", "The next review is due after this one.")
        return dates


@dataclass(frozen=True)
class Verb:
    """A step that an editor can take with an edition.

    `needs` is the permission ("change" or "review"), `fits` whether the step is open, `do` takes the edition, the user
    and the form's data, and returns the object to show next.
    """

    name: str
    label: str
    says: str
    needs: str
    fits: Callable[[Edition], bool]
    do: Callable[[Edition, object, dict], object]
    form: type[forms.Form] = forms.Form
    done: str = "Done."


def stay(step: Callable) -> Callable:
    """Make a verb's deed of a step after which the same edition is shown."""

    def do(edition, user, data):
        step(edition, user, data)
        return edition

    return do


def discard(edition, user, data):
    document = edition.document
    edition.delete()
    return document


def is_state(*states: str) -> Callable[[Edition], bool]:
    return lambda edition: edition.state in states


VERBS = (
    Verb(
        "submit",
        "Submit for review",
        "Reviewers see it as waiting. You can still go on writing; that makes it a draft again.",
        "change",
        is_state(State.DRAFT),
        stay(lambda edition, user, data: edition.submit()),
        done="It waits for a review.",
    ),
    Verb(
        "send-back",
        "Send back",
        "It becomes a draft again, for its authors to go on with.",
        "review",
        is_state(State.IN_REVIEW, State.APPROVED),
        stay(lambda edition, user, data: edition.send_back()),
        done="It is a draft again.",
    ),
    Verb(
        "approve",
        "Approve",
        "You agree to these words as they stand. Any later change takes the approval away.",
        "review",
        is_state(State.IN_REVIEW),
        stay(lambda edition, user, data: edition.approve(user)),
        done="Approved. It can be published.",
    ),
    Verb(
        "publish",
        "Publish now",
        "Readers see it from the next moment. Its words can then never be changed, only replaced by a newer edition.",
        "review",
        is_state(State.APPROVED),
        stay(lambda edition, user, data: edition.publish(user)),
        done="Published.",
    ),
    Verb(
        "schedule",
        "Schedule",
        "Readers see it from the time you choose. Until then the schedule can be cancelled.",
        "review",
        is_state(State.APPROVED),
        stay(lambda edition, user, data: edition.publish(user, at=data["at"])),
        ScheduleForm,
        "Scheduled.",
    ),
    Verb(
        "publish-alone",
        "Publish without a second person",
        "Readers see it from the next moment. Your reason is kept with the edition.",
        "review",
        is_state(State.DRAFT, State.IN_REVIEW),
        stay(lambda edition, user, data: edition.publish(user, waiver=data["waiver"])),
        WaiverForm,
        "Published.",
    ),
    Verb(
        "cancel-schedule",
        "Cancel the schedule",
        "It will not be published. It stays approved, and can be published or sent back.",
        "review",
        lambda edition: edition.is_scheduled,
        stay(lambda edition, user, data: edition.cancel_schedule()),
        done="The schedule is cancelled.",
    ),
    Verb(
        "record-review",
        "Mark as reviewed",
        "Readers see when the page was checked, by whom, and when the next check is due.",
        "review",
        lambda edition: True,
        stay(lambda edition, user, data: edition.reviews.create(recorded_by=user, **data)),
        ReviewForm,
        "The review is recorded.",
    ),
    Verb(
        "start-draft",
        "Start a draft",
        "A new edition begins as a copy of this one. Readers go on seeing the live one until it is published.",
        "change",
        lambda edition: not edition.is_open,
        lambda edition, user, data: edition.document.start_draft(user, source=edition),
        done="Your draft is ready.",
    ),
    Verb(
        "withdraw",
        "Withdraw the page",
        "The page is taken down at once. Its address says that it was withdrawn, when, and why.",
        "review",
        lambda edition: edition.standing == "live",
        stay(lambda edition, user, data: edition.document.withdraw(data["reason"])),
        WithdrawForm,
        "The page is withdrawn.",
    ),
    Verb(
        "discard",
        "Discard the draft",
        "This edition and everything typed into it is deleted. It cannot be brought back.",
        "change",
        lambda edition: edition.is_open,
        discard,
        done="The draft is gone.",
    ),
)


class EditionForm(forms.ModelForm):
    """A draft's form. It carries the version that was opened, so that a save over somebody else's is noticed."""

    opened_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflict = False
        self.fields["opened_version"].initial = self.instance.version

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and cleaned.get("opened_version") != self.instance.version:
            self.conflict = True
            # Saving again then means: mine, having seen theirs.
            self.data = self.data.copy()
            self.data[self.add_prefix("opened_version")] = str(self.instance.version)
            self.add_error(
                None,
                "Somebody saved this draft after you opened it. Nothing was stored, and nothing you typed is lost.",
            )
        return cleaned


class PartInline(admin.StackedInline):
    """Rows of an edition's content: whoever may change the edition may change them."""

    extra = 0

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return obj is None or obj.is_open

    has_change_permission = has_delete_permission = has_add_permission


class ReviewInline(admin.TabularInline):
    """The reviews of an edition. They are added with the verb, also to what is published."""

    extra = 0
    fields = ("reviewed_on", "reviewer", "next_due", "note", "recorded_by")
    readonly_fields = fields
    verbose_name_plural = "reviews"

    def has_add_permission(self, request, obj=None):
        return False

    has_change_permission = has_delete_permission = has_add_permission


class EditionAdmin(admin.ModelAdmin):
    form = EditionForm
    change_form_template = "admin/edition_change_form.html"
    list_display = ("__str__", "standing", "saved_at")
    list_select_related = ("document",)
    save_on_top = True
    part_inlines: tuple[type[PartInline], ...] = ()
    review_inline: type[ReviewInline]

    def get_inlines(self, request, obj):
        return [*self.part_inlines, self.review_inline] if obj else list(self.part_inlines)

    def get_model_perms(self, request):
        return {}  # reached through its document

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.is_open)

    def has_delete_permission(self, request, obj=None):
        return False  # a draft is discarded with its verb

    def get_object(self, request, object_id, from_field=None):
        """Hold the row while a save is under way, so that two saves of one version cannot both pass."""
        found = super().get_object(request, object_id, from_field)
        if found is not None and request.method == "POST":
            self.model.objects.select_for_update().get(pk=found.pk)
            found.refresh_from_db()
        return found

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if not change and "document" in form.base_fields:
            # A document that has editions starts its next one as a draft, from the newest.
            form.base_fields["document"].queryset = form.base_fields["document"].queryset.filter(editions=None)
        return form

    def get_readonly_fields(self, request, obj=None):
        return ("document",) if obj else ()

    def save_model(self, request, obj, form, change):
        if not change:
            obj.number = 1
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.instance.saved_by(request.user)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            form = context["adminform"].form
            context |= {
                "verbs": self.verbs(request, obj),
                "findings": self.linked_findings(obj) if obj.is_open else [],
                "conflict": self.differences(context) if getattr(form, "conflict", False) else [],
                "preview_url": self.preview_url(obj),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def differences(self, context) -> list[dict]:
        """Field by field, what is stored now beside what was typed, wherever they differ."""
        stored = self.model.objects.get(pk=context["adminform"].form.instance.pk)
        rows = compare(context["adminform"].form, stored)
        for inline in context["inline_admin_formsets"]:
            typed = [form for form in inline.formset.forms if form.is_bound]
            for form in typed:
                rows += compare(form, inline.formset.model.objects.filter(pk=form.instance.pk).first())
            if isinstance(inline.opts, PartInline):
                new = inline.formset.model.objects.filter(edition=stored)
                new = new.exclude(pk__in=[form.instance.pk for form in typed if form.instance.pk])
                rows += [{"label": row._meta.verbose_name, "theirs": str(row), "yours": ""} for row in new]
        return rows

    def preview_url(self, edition) -> str:
        raise NotImplementedError

    def linked_findings(self, edition) -> list[tuple[Finding, str]]:
        """Each finding with the address of what it concerns."""
        page = admin_address(edition)
        return [(finding, f"{page}#id_{finding.field}" if finding.field else "") for finding in edition.findings()]

    def verb_context(self, edition, verb: Verb) -> dict:
        """What else the page of a verb shows for this kind of edition."""
        return {}

    def verbs(self, request, edition) -> list[Verb]:
        return [verb for verb in VERBS if verb.fits(edition) and self.may(request, verb)]

    def may(self, request, verb: Verb) -> bool:
        opts = self.model._meta
        return request.user.has_perm(f"{opts.app_label}.{verb.needs}_{opts.model_name}")

    def get_urls(self):
        name = f"{self.model._meta.app_label}_{self.model._meta.model_name}_verb"
        view = require_http_methods(["GET", "HEAD", "POST"])(self.verb_view)
        return [path("<int:pk>/do/<slug:verb>/", self.admin_site.admin_view(view), name=name), *super().get_urls()]

    def verb_view(self, request, pk, verb):
        """Say what the step will do; on POST take it."""
        edition = get_object_or_404(self.model.objects.select_related("document"), pk=pk)
        step = next((step for step in VERBS if step.name == verb), None)
        if step is None:
            raise Http404
        if not self.may(request, step):
            raise PermissionDenied
        form = step.form(request.POST if request.method == "POST" else None)
        reason = "" if step.fits(edition) else f"That step is not open: this edition is {edition.standing}."
        if request.method == "POST" and not reason and form.is_valid():
            try:
                with transaction.atomic():
                    self.log_change(request, edition, step.label)
                    after = step.do(edition, request.user, form.cleaned_data)
            except Refused as refusal:
                reason = str(refusal)
            else:
                messages.success(request, step.done)
                return HttpResponseRedirect(admin_address(after))
        context = (
            self.admin_site.each_context(request)
            | {
                "title": step.label,
                "edition": edition,
                "document": edition.document,
                "verb": step,
                "form": form,
                "media": self.media + form.media,
                "reason": reason,
                "findings": self.linked_findings(edition) if edition.is_open else [],
                "opts": self.model._meta,
                "back": admin_address(edition),
            }
            | self.verb_context(edition, step)
        )
        return render(request, "admin/verb.html", context, status=409 if reason and request.method == "POST" else 200)


class StandingFilter(admin.SimpleListFilter):
    title = "standing"
    parameter_name = "standing"

    def lookups(self, request, model_admin):
        return [("live", "live"), ("open", "with an open draft"), ("overdue", "review overdue")]

    def queryset(self, request, queryset):
        match self.value():
            case "live":
                return queryset.filter(live_title__isnull=False)
            case "open":
                return queryset.filter(open_state__isnull=False)
            case "overdue":
                return queryset.filter(live_title__isnull=False, next_due__lt=timezone.localdate())
        return queryset


class DocumentAdmin(admin.ModelAdmin):
    """The list of a kind of document, and the editions of each. `title_field` is what an edition calls its title."""

    change_form_template = "admin/document_change_form.html"
    list_display = ("slug", "title", "standing", "draft", "next_review")
    list_filter = (StandingFilter,)
    title_field = "title"

    def get_queryset(self, request):
        mine = self.model._meta.get_field("editions").related_model.objects.filter(document=OuterRef("pk"))
        live = mine.live().with_review()
        return (
            super()
            .get_queryset(request)
            .annotate(
                live_title=Subquery(live.values(self.title_field)[:1]),
                next_due=Subquery(live.values("next_due")[:1]),
                newest_title=Subquery(mine.order_by("-number").values(self.title_field)[:1]),
                open_state=Subquery(mine.filter(state__in=OPEN_STATES).values("state")[:1]),
            )
            .order_by("slug")
        )

    @admin.display(description="title")
    def title(self, document):
        return document.live_title or document.newest_title or "(nothing written yet)"

    @admin.display(description="readers see")
    def standing(self, document):
        if document.live_title:
            return "live"
        return "withdrawn" if document.withdrawn_at else "nothing yet"

    @admin.display(description="open edition")
    def draft(self, document):
        return (document.open_state or "-").replace("in-", "in ")

    @admin.display(description="next review", ordering="next_due")
    def next_review(self, document):
        if document.next_due is None:
            return "-"
        late = " (overdue)" if document.live_title and document.next_due < timezone.localdate() else ""
        return f"{date_format(document.next_due)}{late}"

    def has_delete_permission(self, request, obj=None):
        return False  # withdrawn, not deleted

    def get_readonly_fields(self, request, obj=None):
        return self.fields if obj else ()  # an address never changes

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            editions = list(obj.editions.order_by("-number"))
            context |= {"editions": [(edition, admin_address(edition)) for edition in editions]}
            opts = self.model._meta.get_field("editions").related_model._meta
            context["first_edition_url"] = (
                f"{reverse(f'admin:{opts.app_label}_{opts.model_name}_add')}?document={obj.pk}"
            )
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_add(self, request, obj, post_url_continue=None):
        opts = self.model._meta.get_field("editions").related_model._meta
        return HttpResponseRedirect(f"{reverse(f'admin:{opts.app_label}_{opts.model_name}_add')}?document={obj.pk}")


def compare(form, stored) -> list[dict]:
    """The fields of a bound form whose typed value is not the one in the row `stored` (None where it is gone)."""
    values = model_to_dict(stored) if stored is not None else {}
    return [
        {"label": field.label or name, "theirs": shown(values.get(name)), "yours": shown(form[name].data)}
        for name, field in form.fields.items()
        if not field.widget.is_hidden and name != "DELETE" and field.has_changed(values.get(name), form[name].data)
    ]


def shown(value) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def admin_address(row) -> str:
    """The admin's page of a row."""
    opts = row._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
