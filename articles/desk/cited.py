"""Plain rows whose texts cite."""

from django.contrib import admin

from articles.desk.plain import PlainRow


class CitedRowAdmin(PlainRow, admin.ModelAdmin):
    """A plain row whose texts cite: its references follow from them."""

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        form.instance.note_references()
