"""The list of a kind of document, and the page of one: its editions, its history, where it is used."""

from functools import reduce
from itertools import zip_longest
from operator import or_

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, Subquery
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from articles.desk.addresses import admin_address
from articles.desk.used import WhereUsed
from articles.editions import OPEN_STATES


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


class DocumentAdmin(WhereUsed, admin.ModelAdmin):
    """`title_field` is what an edition calls its title."""

    change_form_template = "admin/document_change_form.html"
    list_display = ("slug", "title", "standing", "draft", "next_review", "owner")
    list_select_related = ("owner",)
    list_filter = (StandingFilter,)
    list_per_page = 50
    title_field = "title"

    @property
    def edition_model(self):
        return self.model._meta.get_field("editions").related_model

    def get_queryset(self, request):
        mine = self.edition_model.objects.filter(document=OuterRef("pk"))
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
        # What an address is made of never changes.
        return [name for name in self.fields if name != "owner"] if obj else ()

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        if slug := form.base_fields.get("slug"):
            slug.help_text = (
                "Small letters, digits and hyphens, such as caffeine-and-twitching. It never changes again."
            )
            slug.error_messages["invalid"] = (
                "Use small letters, digits and hyphens only, such as caffeine-and-twitching."
            )
        return form

    def get_changeform_initial_data(self, request):
        return {"owner": request.user.pk} | super().get_changeform_initial_data(request)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        if obj:
            editions = list(obj.editions.with_standing().order_by("-number"))
            context |= {
                "editions": [(row, admin_address(row), previous) for row, previous in with_previous(editions)],
                "open_edition": next((row for row in editions if row.is_open), None),
                "can_start": bool(editions) and not editions[0].is_open and not editions[0].is_scheduled,
                "first_edition_url": self.first_edition_address(obj),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def first_edition_address(self, document) -> str:
        opts = self.edition_model._meta
        return f"{reverse(f'admin:{opts.app_label}_{opts.model_name}_add')}?document={document.pk}"

    def response_add(self, request, obj, post_url_continue=None):
        return HttpResponseRedirect(self.first_edition_address(obj))

    def history_view(self, request, object_id, extra_context=None):
        """Who did what to the document and to each of its editions, and the way back to any of them."""
        document = self.get_object(request, object_id)
        if document is None:
            raise Http404
        if not self.has_view_or_change_permission(request, document):
            raise PermissionDenied
        editions = list(document.editions.with_standing().prefetch_related("reviews").order_by("-number"))
        entries = entries_about([document, *editions])
        context = self.admin_site.each_context(request) | {
            "title": f"History of {document}",
            "opts": self.opts,
            "document": document,
            "can_restore": not (document.editions.open() | document.editions.scheduled()).exists(),
            "entries": entries.get(document, []),
            "editions": [
                (row, admin_address(row), previous, entries.get(row, [])) for row, previous in with_previous(editions)
            ],
        }
        return render(request, "admin/document_history.html", context)


def with_previous(editions: list) -> list[tuple]:
    """Each edition, the newest first, with the number of the one before it, or None."""
    return list(zip_longest(editions, (edition.number for edition in editions[1:])))


def entries_about(rows: list) -> dict:
    """The log of the admin by the row that it is about, the latest first."""
    by_key = {(ContentType.objects.get_for_model(row).pk, str(row.pk)): row for row in rows}
    about = reduce(or_, (Q(content_type=kind, object_id=pk) for kind, pk in by_key))
    entries: dict = {}
    for entry in LogEntry.objects.filter(about).select_related("user").order_by("-action_time", "-pk"):
        entries.setdefault(by_key[entry.content_type_id, entry.object_id], []).append(entry)
    return entries
