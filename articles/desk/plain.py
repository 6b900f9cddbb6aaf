"""Plain rows, which have no editions: what everybody has to know who opens one."""

AT_ONCE = "There are no drafts here: readers see a change as soon as it is saved."
KEPT = "Kept by reviewers. You can read it, and ask one of them for a change."


class PlainRow:
    """For a ModelAdmin: its form says that a change is seen at once, and its list says who may make one."""

    def get_fieldsets(self, request, obj=None):
        (name, options), *others = super().get_fieldsets(request, obj)
        return [(name, options | {"description": AT_ONCE}), *others]

    def changelist_view(self, request, extra_context=None):
        kept = {} if self.has_change_permission(request) else {"subtitle": KEPT}
        return super().changelist_view(request, kept | (extra_context or {}))
