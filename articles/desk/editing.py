"""The page of an edition: a form while it is open, read-only once it is published, with the verbs of its life.

Each verb has an address of its own: a page that says what will happen, and a button for it.
"""

from datetime import datetime

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import formats, timezone
from django.utils.text import normalize_newlines
from django.views.decorators.http import require_http_methods

from articles.comparing import compare, snapshot
from articles.desk.addresses import admin_address
from articles.desk.conflicts import Merged, PartFormSet, carry_opened_values, merge, merge_rows
from articles.desk.typed import kept, readable
from articles.desk.verbs import NEXT, VERBS, Verb
from articles.editions import Finding, Refused
from articles.usage import live_pages_naming

LONGEST_KEY = 18  # digits that every database takes for a key


class WordsForm(forms.ModelForm):
    """A form for words: a browser sends CRLF at the end of a line, and no text of ours keeps it."""

    def clean(self):
        cleaned = super().clean()
        for name, value in cleaned.items():
            if isinstance(value, str):
                cleaned[name] = normalize_newlines(value)
        return cleaned


class OpenedForm(WordsForm):
    """A form that carries the version and the values it was opened with, so that a save over somebody else's is
    noticed. `edition` is the edition whose version counts."""

    opened_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.conflict = False
        self.fields["opened_version"].initial = self.edition.version
        carry_opened_values(self)

    @property
    def edition(self):
        return self.instance

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and cleaned.get("opened_version") != self.edition.version:
            self.conflict = self.instance.is_overtaken = True
            # Saving again then means: mine, having seen theirs.
            self.data = self.data.copy()
            self.data[self.add_prefix("opened_version")] = str(self.edition.version)
            self.add_error(
                None,
                "Somebody saved this draft after you opened it. Nothing was stored, and nothing you typed is lost.",
            )
        return cleaned


EditionForm = OpenedForm  # an edition is its own edition


class PartInline(admin.StackedInline):
    """Rows of an edition's content: whoever may change the edition may change them."""

    extra = 0
    form = WordsForm
    formset = PartFormSet

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return obj is None or obj.is_open

    has_change_permission = has_delete_permission = has_add_permission


class EditionAdmin(admin.ModelAdmin):
    form = EditionForm
    change_form_template = "admin/edition_change_form.html"
    list_display = ("__str__", "standing", "saved_at")
    list_select_related = ("document",)
    save_on_top = True

    class Media:
        js = (forms.Script("js/desk.js", defer=True),)

    def get_model_perms(self, request):
        return {}  # reached through its document

    def get_queryset(self, request):
        people = ("approved_by", "returned_by", "published_by", "late_approval__approved_by")
        editions = super().get_queryset(request).select_related("document", *people)
        return editions.with_review().with_standing().with_author_names()

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.is_open)

    def has_delete_permission(self, request, obj=None):
        return False  # a draft is discarded with its verb

    def get_object(self, request, object_id, from_field=None, held=True):
        """Hold the row while a save is under way, so that two saves of one version cannot both pass."""
        found = super().get_object(request, object_id, from_field)
        if found is not None and request.method == "POST" and held:
            self.model.objects.select_for_update().filter(pk=found.pk).first()
            found = super().get_object(request, object_id, from_field)  # as it is now that nobody else can change it
        return found

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if not change and "document" in form.base_fields:
            # A document that has editions starts its next one as a draft, from the newest.
            form.base_fields["document"].queryset = form.base_fields["document"].queryset.filter(editions=None)
        return form

    def get_changeform_initial_data(self, request):
        given = super().get_changeform_initial_data(request)
        key = given.get("document", "")
        return {"document": key} if key.isdecimal() and len(key) <= LONGEST_KEY else {}

    def get_autocomplete_fields(self, request):
        return ("document", *super().get_autocomplete_fields(request))

    def get_readonly_fields(self, request, obj=None):
        return ("document",) if obj else ()

    def save_model(self, request, obj, form, change):
        if not change:
            obj.number = 1
        request.before = snapshot(obj) if change else None
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        note_save(request, form.instance)

    def log_change(self, request, obj, message):
        return super().log_change(request, obj, message or "Changed") if request.changed else None

    def response_change(self, request, obj):
        said = f"Saved. “{obj}” is a draft." if request.changed else "Nothing was changed."
        self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(admin_address(obj))

    def response_add(self, request, obj, post_url_continue=None):
        self.message_user(request, f"Saved. “{obj}” is a draft.", messages.SUCCESS)
        return HttpResponseRedirect(admin_address(obj))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        refuse_odd_keys(request, self.get_autocomplete_fields(request))
        if request.method == "POST" and object_id and self.has_model_perm(request, "change"):
            edition = self.get_object(request, object_id, held=False)
            if edition is None or not edition.is_open:
                return too_late(request, self, edition)
        request.file_names = [file.name for file in request.FILES.values()]
        self.prepare_uploads(request)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def prepare_uploads(self, request) -> None:
        """Do with uploaded files what takes long, before anything is held in the database."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return plainly(super().formfield_for_dbfield(db_field, request, **kwargs))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        title = "Write the first edition" if obj is None else "Edit the draft" if obj.is_open else "Look at the edition"
        context |= {"title": title, "alive_url": self.address("alive"), "how_to_write": self.how_to_write}
        context |= {"lost_files": request.file_names}
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}  # Save stays on this page
        if obj:
            reuse_rows(obj, context["inline_admin_formsets"])
            context |= {
                "verbs": self.verbs(request, obj),
                "next_step": NEXT[obj.standing],
                "live_number": obj.live_number if obj.live_number != obj.number else None,
                "open_edition": obj.document.open_edition if not obj.is_open else None,
                "findings": self.linked_findings(request, obj) if obj.is_open else [],
                "merged": merged_forms(context),
                "preview_url": self.preview_url(obj),
                "may_share": self.may_share(request, obj),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    how_to_write = ""  # a template that helps with the fields, where they need it

    def preview_url(self, edition) -> str:
        raise NotImplementedError

    def linked_findings(self, request, edition) -> list[tuple[Finding, str]]:
        """Each finding with the address of what it concerns; without one where somebody else has to mend it."""
        form = admin_address(edition)
        review = admin_address(edition, "verb", "record-review") if self.has_model_perm(request, "review") else ""
        places = {"reviews": review}
        places |= {name: f"{form}#{name}-group" for name in ("faqs", "figures", "questions")}
        places |= {name: f"{form}#id_{name}" for name in flatten(self.get_fields(request, edition))}
        findings = sorted(edition.findings(), key=lambda found: not found.blocks)
        return [(found, places.get(found.field, f"{form}#content-main")) for found in findings]

    def verb_form(self, edition, verb: Verb) -> type[forms.BaseForm]:
        """What is to be filled in for a verb."""
        return verb.form(edition)

    def verb_context(self, edition, verb: Verb) -> dict:
        """What else the page of a verb shows for this kind of edition."""
        return {}

    def comparison_context(self, old, new) -> dict:
        """What else the page that compares two editions shows for this kind."""
        return {}

    def verbs(self, request, edition) -> list[Verb]:
        """The steps that are open to somebody. Who wrote the words is not offered to approve them."""
        mine = settings.REVIEW_NEEDS_SECOND_PERSON and request.user.username in (edition.author_names or "").split(", ")
        offered = [verb for verb in VERBS if not (mine and verb.second_person)]
        return [verb for verb in offered if self.may(request, verb) and verb.fits(edition)]

    def may(self, request, verb: Verb) -> bool:
        return self.has_model_perm(request, verb.needs)

    def may_share(self, request, edition) -> bool:
        return self.has_model_perm(request, "change") and not edition.is_released

    def has_model_perm(self, request, action: str) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{action}_{self.opts.model_name}")

    def address(self, page: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}")

    def get_urls(self):
        def page(route, view, name, *methods):
            view = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", *methods])(view))
            return path(route, view, name=f"{self.opts.app_label}_{self.opts.model_name}_{name}")

        return [
            page("alive/", self.alive_view, "alive"),
            page("<int:pk>/do/<slug:verb>/", self.verb_view, "verb", "POST"),
            page("<int:pk>/compare/", self.compare_view, "compare"),
            page("<int:pk>/links/", self.links_view, "links", "POST"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        raise PermissionDenied  # editions are listed on their document's page and on the desk

    def history_view(self, request, object_id, extra_context=None):
        edition = self.get_object(request, object_id)
        if edition is None:
            raise Http404
        return HttpResponseRedirect(admin_address(edition.document, "history"))

    def alive_view(self, request):
        """Answer an open form's sign of life; that it was asked keeps the session."""
        return HttpResponse(status=204)

    def verb_view(self, request, pk, verb):
        """Say what the step will do; on POST take it, while nobody else can change the edition."""
        if request.method != "POST":
            return self.step(request, pk, verb)
        with transaction.atomic():
            self.model.objects.select_for_update().filter(pk=pk).first()
            return self.step(request, pk, verb)

    def step(self, request, pk, verb):
        edition = self.edition_or_404(request, pk)
        step = next((step for step in VERBS if step.name == verb), None)
        if step is None:
            raise Http404
        if not self.may(request, step):
            raise PermissionDenied
        form = self.verb_form(edition, step)(request.POST if request.method == "POST" else None)
        reason = "" if step.fits(edition) else f"That step is not open: this edition is {edition.standing}."
        if not reason and request.method == "POST" and request.POST.get("version") != str(edition.version):
            reason = "This edition has changed since you opened the page. Look at it again before you take the step."
        if request.method == "POST" and not reason and form.is_valid():
            try:
                with transaction.atomic():
                    told = step_in_words(step, form.cleaned_data)
                    after = step.do(edition, request.user, form.cleaned_data)
                    self.log_step(request, edition, after, told)
            except Refused as refusal:
                reason = str(refusal)
            else:
                messages.success(request, step.done)
                return HttpResponseRedirect(admin_address(after))
        context = {
            "title": step.button,
            "verb": step,
            "form": form,
            "media": self.media + form.media,
            "reason": reason,
            "findings": self.linked_findings(request, edition) if edition.is_open else [],
            "linking": live_pages_naming(edition.document) if step.name == "withdraw" else [],
        } | self.verb_context(edition, step)
        return self.page(
            request, edition, "admin/verb.html", context, 409 if reason and request.method == "POST" else 200
        )

    def log_step(self, request, edition, after, told: str) -> None:
        """Write a step down where the history of the document finds it: a draft that began, at the draft."""
        if edition.pk is None:
            super().log_change(request, after, f"{told}: edition {edition.number}")
        else:
            super().log_change(request, after if isinstance(after, self.model) else edition, told)

    def compare_view(self, request, pk):
        """Two editions of one document: `with` is the number of the older one, else the live one or the one before."""
        edition = self.edition_or_404(request, pk)
        others = list(edition.document.editions.exclude(pk=pk).with_standing().order_by("-number"))
        asked = request.GET.get("with", "")
        live = [row for row in others if row.number == edition.live_number]
        before = [row for row in others if row.number < edition.number]
        other = next((row for row in others if str(row.number) == asked), next(iter(live or before), None))
        context = {"title": f"Compare edition {edition.number}", "others": others, "other": other}
        if other:
            old, new = sorted((other, edition), key=lambda row: row.number)
            context |= {"old": old, "new": new, "changes": compare(old, new)} | self.comparison_context(old, new)
        return self.page(request, edition, "admin/compare.html", context)

    def links_view(self, request, pk):
        """The preview links of an edition; the address of a new one is shown this once, for its token is not kept."""
        edition = self.edition_or_404(request, pk)
        if not self.has_model_perm(request, "change"):
            raise PermissionDenied
        links, made = edition.preview_links, ""
        if request.method == "POST" and "revoke" in request.POST:
            for link in links.all():
                if str(link.pk) == request.POST["revoke"]:
                    link.revoke()
                    self.log_step(request, edition, edition, "Revoked a preview link")
        elif request.method == "POST" and not edition.is_released:
            token = links.model.issue(edition, request.user)
            made = request.build_absolute_uri(self.shared_address(token))
            self.log_step(request, edition, edition, "Made a preview link")
        context = {
            "title": "Preview links",
            "links": links.select_related("made_by"),
            "made": made,
            "days": links.model.LIFE.days,
        }
        return self.page(request, edition, "admin/links.html", context)

    def shared_address(self, token: str) -> str:
        raise NotImplementedError

    def edition_or_404(self, request, pk):
        edition = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, edition):
            raise PermissionDenied
        return edition

    def page(self, request, edition, template, context, status=200):
        """A page about an edition, inside the admin."""
        common = {"edition": edition, "document": edition.document, "opts": self.opts, "back": admin_address(edition)}
        return render(request, template, self.admin_site.each_context(request) | common | context, status=status)


def refuse_odd_keys(request, names) -> None:
    """Answer 400 to keys that are no numbers: the stock widget that completes names would look them up as they are."""
    for name in names:
        if any(not key.isdecimal() or len(key) > LONGEST_KEY for key in filter(None, request.POST.getlist(name))):
            raise SuspiciousOperation(f"{name} names a row by something that is no key")


def note_save(request, edition) -> None:
    """Who changes nothing writes nothing: neither an author nor a reason to look at the words again.

    Whether something changed is asked of the database, for what a form says of it comes from the browser.
    """
    request.changed = request.before != snapshot(edition)
    if request.changed:
        edition.saved_by(request.user)


def step_in_words(step: Verb, data: dict) -> str:
    """A step with what was typed for it."""
    values = (value for value in data.values() if value and value is not True)
    told = "; ".join(formats.localize(timezone.localtime(v) if isinstance(v, datetime) else v) for v in values)
    return f"{step.button}: {told}" if told else step.button


def plainly(form_field):
    """A field without the signs beside it that lead away from what is being written, and wide enough for a sentence."""
    widget = getattr(form_field, "widget", None)
    for sign in ("can_add_related", "can_change_related", "can_view_related", "can_delete_related"):
        if hasattr(widget, sign):
            setattr(widget, sign, False)
    if isinstance(widget, admin.widgets.AdminTextInputWidget) and (form_field.max_length or 0) >= 100:
        widget.attrs["class"] = "vLargeTextField"
    return form_field


def too_late(request, model_admin, edition):
    """For a form that was sent when its edition was gone, or open no more: what was typed is not lost."""
    context = model_admin.admin_site.each_context(request) | {
        "title": "This draft is closed",
        "opts": model_admin.opts,
        "edition": edition,
        "fields": readable(kept(request.POST)),
    }
    return render(request, "admin/too_late.html", context, status=409)


def reuse_rows(edition, inline_admin_formsets) -> None:
    """Let whoever asks the edition for its parts have the rows that the page's inlines have read already."""
    for inline in inline_admin_formsets:
        if isinstance(inline.formset, PartFormSet):
            name = inline.formset.fk.remote_field.accessor_name
            vars(edition).setdefault("_prefetched_objects_cache", {})[name] = inline.formset.get_queryset()


def merged_forms(context) -> Merged | None:
    """Where a save met another one: what of both could be put together, and what clashes."""
    form = context["adminform"].form
    if not getattr(form, "conflict", False):
        return None
    merged = Merged()
    merge(form, merged)
    for inline in context["inline_admin_formsets"]:
        if isinstance(inline.formset, PartFormSet):
            merge_rows(inline.formset, merged)
    return merged
