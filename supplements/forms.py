"""The forms of the tools: what a label says, and what a reader takes."""

from django import forms

from supplements import dose
from supplements.models import IntakeReference, Interaction, SupplementEdition

MOST_PRODUCTS = 3


class ProductForm(forms.Form):
    """One line of the dose tool. An empty line is no product."""

    form = forms.ChoiceField(label="Form", required=False)
    amount = forms.CharField(label="Amount", required=False, max_length=20)
    unit = forms.ChoiceField(label="Unit", choices=[("mg", "mg"), ("g", "g")], required=False)
    states = forms.ChoiceField(
        label="The label states",
        choices=[("elemental", "magnesium"), ("compound", "compound")],
        required=False,
    )
    times = forms.CharField(label="Times a day", required=False, max_length=20, initial="1")

    def __init__(self, *args, editions, **kwargs):
        super().__init__(*args, **kwargs)
        self.editions = {edition.document.slug: edition for edition in editions}
        names = [(slug, edition.name) for slug, edition in self.editions.items()]
        self.fields["form"].choices = [("", "Choose a form"), *names]
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"
        self.fields["times"].widget.attrs["inputmode"] = "numeric"

    def clean(self):
        """Add `product` for a line that is filled in; errors stand beside the field they concern."""
        line = super().clean()
        if not line.get("form") and not line.get("amount"):
            return line
        if not line.get("form"):
            self.add_error("form", "Choose the form that the label names.")
        if not line.get("amount"):
            self.add_error("amount", "Write the amount that the label states.")
        if self.errors:
            return line
        edition = self.editions[line["form"]]
        share = edition.share if line.get("states") == "compound" else dose.ELEMENTAL
        try:
            amount = dose.read_mg(line["amount"], line.get("unit") or "mg")
            times = dose.read_number(line.get("times") or "1", "times_a_day")
            line["product"] = dose.Product(amount, share, times)
        except dose.DoseError as error:
            self.add_error({"times_a_day": "times"}.get(error.field, error.field), error.message)
        line["edition"] = edition
        return line


class BaseProductFormSet(forms.BaseFormSet):
    def clean(self):
        """Nothing filled in is a fault of the first line, so that it stands there and in the summary."""
        if all(form.is_valid() for form in self.forms) and not self.products:
            if not self.forms:  # somebody else's form
                raise forms.ValidationError("Fill in at least one product.")
            self.forms[0].add_error("form", "Choose the form of at least one product.")

    @property
    def products(self) -> list[tuple[SupplementEdition, dose.Product]]:
        lines = [form.cleaned_data for form in self.forms]
        return [(line["edition"], line["product"]) for line in lines if line.get("product")]


ProductFormSet = forms.formset_factory(
    ProductForm, formset=BaseProductFormSet, extra=MOST_PRODUCTS, max_num=MOST_PRODUCTS, absolute_max=MOST_PRODUCTS
)


class StageForm(forms.Form):
    stage = forms.ModelChoiceField(
        IntakeReference.objects.all(),
        label="For whom",
        empty_label="Choose an age group",
        error_messages={"required": "Choose an age group."},
    )


class MedicinesForm(forms.Form):
    """What a reader takes or has, and a word to find it by. `found` are the choices that the word leaves."""

    q = forms.CharField(label="Find a medicine or condition", required=False, max_length=60)
    taken = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, interactions: list[Interaction], **kwargs):
        super().__init__(*args, **kwargs)
        self.interactions = interactions
        self.fields["taken"].choices = [(row.slug, row.name) for row in interactions]
