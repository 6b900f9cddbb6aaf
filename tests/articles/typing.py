"""What a browser would send back from the pages of the admin."""


def typed(client, address) -> dict:
    """The form at `address` unchanged: every field as it was shown, and the values it was opened with."""
    context = client.get(address).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.initial_forms]
    data = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is None or value is False or value == []:
                continue
            if hasattr(value, "url"):
                continue  # a browser never sends a file back
            sent = [str(getattr(v, "pk", v)) for v in value] if isinstance(value, list) else str(value)
            data[field.html_name] = sent
            if field.field.show_hidden_initial:
                data[field.html_initial_name] = sent
    return data


def take(client, edition, verb: str, data=None):
    """Open the page of a verb, and press its button with `data` filled in."""
    address = f"/admin/{edition._meta.app_label}/{edition._meta.model_name}/{edition.pk}/do/{verb}/"
    shown = client.get(address)
    version = {"version": shown.context["edition"].version} if shown.status_code == 200 else {}
    return client.post(address, version | (data or {}))
