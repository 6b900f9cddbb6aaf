"""Two people saved one draft: put together what can be put together, and show the rest side by side.

Each form carries the values it was opened with. A field that only one of the two changed takes that change; a field
that both changed keeps what was typed, and stands beside what is stored, for its editor to decide.
"""

from dataclasses import dataclass, field

from django.forms.models import BaseInlineFormSet
from django.utils.text import capfirst, normalize_newlines

from articles.comparing import Run, runs


@dataclass(frozen=True)
class Clash:
    """A field that both changed."""

    label: str
    theirs: str
    yours: str

    @property
    def runs(self) -> list[Run]:
        """From the stored words to yours."""
        return list(runs(self.theirs, self.yours))


@dataclass
class Merged:
    clashes: list[Clash] = field(default_factory=list)
    taken_over: list[str] = field(default_factory=list)  # what came from the other one, in words


def carry_opened_values(form) -> None:
    """Have a form's page carry the values that it was opened with."""
    for name, form_field in form.fields.items():
        form_field.show_hidden_initial = not form_field.widget.is_hidden and not form_field.widget.needs_multipart_form
        if name == "DELETE":
            form_field.show_hidden_initial = False


def merge(form, merged: Merged, of: str = "") -> None:
    """Merge one bound form, whose `initial` is what is stored now, with what was typed into it."""
    form.data = form.data.copy()
    mine = set(form.changed_data)
    for name, form_field in form.fields.items():
        if not form_field.show_hidden_initial:
            continue
        bound = form[name]
        stored, opened = form.get_initial_for_field(form_field, name), value_opened(form, bound)
        label = f"{of}: {bound.label}" if of else capfirst(str(bound.label))
        was_opened_here = bound.html_initial_name in form.data
        theirs_changed = differs(form_field, stored, opened) if was_opened_here else True
        if theirs_changed and differs(form_field, stored, bound.data):
            if name in mine or not was_opened_here:
                merged.clashes.append(Clash(label, shown(form_field, stored), shown(form_field, bound.data)))
            else:
                put(form.data, bound.html_name, form_field, stored)
                merged.taken_over.append(label)
        put(form.data, bound.html_initial_name, form_field, stored)


def merge_rows(formset, merged: Merged) -> None:
    """Merge the rows of an inline, and name those that somebody added or deleted meanwhile."""
    kind = capfirst(formset.model._meta.verbose_name)
    stored = {row.pk: row for row in formset.model.objects.filter(pk__in=[row.pk for row in formset.get_queryset()])}
    for form in formset.initial_forms:
        row = stored.pop(form.instance.pk, form.instance)
        if not formset._should_delete_form(form):
            merge(form, merged, of=f"{kind} “{row}”")
        elif was_changed(form):
            merged.clashes.append(Clash(f"{kind} “{row}”", "(changed)", "(deleted)"))
    merged.taken_over += [f"{kind} “{row}”, which is new" for row in stored.values()]
    merged.taken_over += [f"{kind}: a row you were typing into was deleted; yours is below as a new one"] * len(
        formset.revived
    )


def was_changed(form) -> bool:
    """Whether somebody changed a row since it was opened here."""
    return any(
        differs(field, form.get_initial_for_field(field, name), value_opened(form, form[name]))
        for name, field in form.fields.items()
        if field.show_hidden_initial and form[name].html_initial_name in form.data
    )


def differs(form_field, stored, posted) -> bool:
    """Whether a posted value is not the stored one; line ends and the space around a text are no difference."""
    if isinstance(stored, str) and isinstance(posted, str):
        stored, posted = normalize_newlines(stored).strip(), normalize_newlines(posted).strip()
    return form_field.has_changed(stored, posted)


def value_opened(form, bound):
    return form._widget_data_value(bound.field.hidden_widget(), bound.html_initial_name)


def put(data, name: str, form_field, value) -> None:
    """Put a stored value into posted data, as a browser would have sent it."""
    value = form_field.prepare_value(value)
    if value is False:
        data.pop(name, None)
    elif isinstance(value, list | tuple):
        data.setlist(name, [str(item) for item in value])
    else:
        data[name] = "" if value is None else "on" if value is True else str(value)


def shown(form_field, value) -> str:
    """A stored or typed value in an editor's words: the name of a choice rather than its key."""
    choices = getattr(form_field, "choices", None)
    if choices is None:
        value = form_field.prepare_value(value)
        return "" if value is None else str(value).replace("\r\n", "\n")
    values = value if isinstance(value, list | tuple) else [value]
    keys = {str(getattr(item, "pk", item)) for item in values if item is not None}
    queryset = getattr(form_field, "queryset", None)
    if queryset is not None:
        return ", ".join(str(row) for row in queryset.filter(pk__in=[key for key in keys if key.isdecimal()]))
    return ", ".join(str(label) for key, label in choices if str(key) in keys and str(key))


class PartFormSet(BaseInlineFormSet):
    """Rows of an edition's content. A row that somebody else deleted while it was typed into becomes a new one."""

    def __init__(self, data=None, files=None, *args, **kwargs):
        super().__init__(data, files, *args, **kwargs)
        self.revived = self.rows_gone() if self.is_bound else []
        if self.revived:
            self.move_to_the_end(self.revived)

    def add_fields(self, form, index):
        super().add_fields(form, index)
        carry_opened_values(form)

    def counted(self, which: str) -> int:
        """How many rows the browser says there are; no more than Django would take."""
        said = self.data.get(f"{self.prefix}-{which}_FORMS", "")
        return min(int(said), self.absolute_max) if said.isdecimal() and len(said) < 6 else 0

    def rows_gone(self) -> list[int]:
        """The places of posted rows that are stored no more."""
        stored = {str(row.pk) for row in self.get_queryset()}
        return [place for place in range(self.counted("INITIAL")) if self.data.get(self.key(place), "") not in stored]

    def key(self, place: int) -> str:
        return f"{self.prefix}-{place}-{self.model._meta.pk.name}"

    def move_to_the_end(self, gone: list[int]) -> None:
        """Renumber the posted rows, so that those whose row is gone come after the stored ones, without their key."""
        initial, missing = self.counted("INITIAL"), set(gone)
        kept = [place for place in range(initial) if place not in missing]
        order = {old: new for new, old in enumerate([*kept, *gone, *range(initial, self.counted("TOTAL"))])}
        self.data, self.files = renumbered(self.data, self.prefix, order), renumbered(self.files, self.prefix, order)
        for place in gone:
            self.data.pop(self.key(order[place]), None)
        self.data[f"{self.prefix}-INITIAL_FORMS"] = str(len(kept))


def renumbered(posted, prefix: str, order: dict[int, int]):
    """Posted values or files, with the rows of one formset in another order."""
    if not posted:
        return posted
    result = posted.copy()
    for name in posted:
        start, _, rest = name.partition(f"{prefix}-")
        place, _, _ = rest.partition("-")
        if start in ("", "initial-") and place.isdecimal():
            result.pop(name, None)
    for name in posted:
        start, _, rest = name.partition(f"{prefix}-")
        place, _, field_name = rest.partition("-")
        if start in ("", "initial-") and place.isdecimal() and int(place) in order:
            result.setlist(f"{start}{prefix}-{order[int(place)]}-{field_name}", posted.getlist(name))
    return result
