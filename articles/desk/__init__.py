"""The editorial desk: what the admin of every kind of document shares.

A document's page lists its editions, its history and where it is used. An edition's page is a form while it is open and
read-only once it is published. Each step of its life is a verb with a page that says what will happen. The desk's front
page (`board`) lists what waits, what is under way and what is due.
"""

from articles.desk.addresses import admin_address
from articles.desk.cited import CitedRowAdmin
from articles.desk.documents import DocumentAdmin, StandingFilter
from articles.desk.editing import (
    EditionAdmin,
    EditionForm,
    OpenedForm,
    PartFormSet,
    PartInline,
    merged_forms,
    note_save,
    plainly,
    refuse_odd_keys,
    too_late,
)
from articles.desk.plain import PlainRow
from articles.desk.used import WhereUsed

__all__ = [
    "CitedRowAdmin",
    "DocumentAdmin",
    "EditionAdmin",
    "EditionForm",
    "OpenedForm",
    "PartFormSet",
    "PartInline",
    "PlainRow",
    "StandingFilter",
    "WhereUsed",
    "admin_address",
    "merged_forms",
    "note_save",
    "plainly",
    "refuse_odd_keys",
    "too_late",
]
