"""Where rows stand in the admin."""

from django.urls import reverse


def admin_address(row, page: str = "change", *more) -> str:
    """The address of one of the admin's pages of a row."""
    opts = row._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=[row.pk, *more])
