"""A page that says where a row is used, for the kinds of rows that others rest on."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.views.decorators.http import require_safe

from articles.desk.addresses import admin_address
from articles.usage import claims_of, mentions_of


class WhereUsed:
    """For a ModelAdmin: `<pk>/used/` lists every live page, draft and row that uses a row, each one click away."""

    def get_urls(self):
        view = self.admin_site.admin_view(require_safe(self.used_view))
        name = f"{self.opts.app_label}_{self.opts.model_name}_used"
        return [path("<int:pk>/used/", view, name=name), *super().get_urls()]

    def used_view(self, request, pk):
        row = get_object_or_404(self.model, pk=pk)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = self.admin_site.each_context(request) | {
            "title": f"Where “{row}” is used",
            "opts": self.opts,
            "row": row,
            "back": admin_address(row),
            "mentions": mentions_of(row),
            "claims": claims_of(row) if self.is_to_look_at_again(row) else None,
        }
        return render(request, "admin/used.html", context)

    def is_to_look_at_again(self, row) -> bool:
        """Whether what rests on the row has lost its ground, so that every sentence of it is listed."""
        return False
