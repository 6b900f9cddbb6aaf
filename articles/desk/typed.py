"""What somebody typed into a form that cannot be taken: to be read, and copied, by a person."""

import re

from django.http import QueryDict

NOT_TYPED = re.compile(r"_.*|initial-.*|.*-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS|opened_version|next|code|sign-in-.*")


def kept(sent: QueryDict) -> QueryDict:
    """What was sent, without what is no text of anybody's: the token of the form, and passwords."""
    typed = QueryDict(mutable=True)
    for name, values in sent.lists():
        if name != "csrfmiddlewaretoken" and "password" not in name:
            typed.setlist(name, values)
    return typed


def readable(typed: QueryDict) -> list[tuple[str, str]]:
    """What a person may want back: each field by name, without the form's own bookkeeping."""
    return [
        (name.replace("_", " ").replace("-", " "), "\n".join(filter(None, values)))
        for name, values in typed.lists()
        if any(values) and not NOT_TYPED.fullmatch(name)
    ]
