"""The steps of an edition's life: what each is called, what it will do, who may take it and when it is open."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime
from django.utils import timezone

from articles.editions import Edition, State
from articles.usage import live_pages_naming

A_YEAR = timedelta(days=365)


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        max_length=300, widget=forms.Textarea(attrs={"rows": 3}), help_text="Readers see it at the page's address."
    )


class WithdrawLinkedForm(WithdrawForm):
    knows_links = forms.BooleanField(label="Withdraw it all the same: I have seen which live pages lead to it")


class ScheduleForm(forms.Form):
    at = forms.SplitDateTimeField(label="When", widget=AdminSplitDateTime)


class WaiverForm(forms.Form):
    waiver = forms.CharField(
        label="Why without a second person",
        max_length=300,
        help_text="It stays on the desk until somebody else has approved the edition afterwards.",
    )


class SendBackForm(forms.Form):
    because = forms.CharField(
        label="What is still to do",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Its authors see this on the draft and on their desk.",
    )


class LateApprovalForm(forms.Form):
    note = forms.CharField(max_length=300, required=False, help_text="For editors: what you looked at.")


def review_form(edition: Edition) -> type[forms.ModelForm]:
    """The form of a review: its rules are those of the row."""

    class ReviewForm(forms.ModelForm):
        whole_page = forms.BooleanField(label="I have read the whole page as it stands, and its sources")

        class Meta:
            model = edition.reviews.model
            fields = ("reviewed_on", "reviewer", "next_due", "note")
            widgets = {"reviewed_on": AdminDateWidget, "next_due": AdminDateWidget}

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.fields["next_due"].initial = timezone.localdate() + A_YEAR
            self.fields["note"].required = True

        def clean_reviewed_on(self):
            day = self.cleaned_data["reviewed_on"]
            if day > timezone.localdate():
                raise forms.ValidationError("That day is still to come.")
            return day

    return ReviewForm


@dataclass(frozen=True)
class Verb:
    """A step that an editor can take with an edition.

    `needs` is the permission ("change" or "review"), `fits` whether the step is open, `form` gives the form to fill in
    for it, and `do` takes the edition, the user and the form's data and returns the object to show next. `publishes`
    says that it leads to readers, `second_person` that none of the authors may take it.
    """

    name: str
    label: str
    says: str
    needs: str
    fits: Callable[[Edition], bool]
    do: Callable[[Edition, object, dict], object]
    form: Callable[[Edition], type[forms.BaseForm]] = lambda edition: forms.Form
    done: str = "Done."
    publishes: bool = False
    second_person: bool = False

    @property
    def button(self) -> str:
        return self.label.removesuffix(" for ...").removesuffix(" ...")


def stay(step: Callable) -> Callable:
    """Make a verb's deed of a step after which the same edition is shown."""

    def do(edition, user, data):
        step(edition, user, data)
        return edition

    return do


def discard(edition, user, data):
    document = edition.document
    edition.delete()
    return document


def record_review(edition, user, data):
    del data["whole_page"]
    edition.reviews.create(recorded_by=user, **data)


def is_state(*states: str) -> Callable[[Edition], bool]:
    return lambda edition: edition.state in states


def is_newest_of_all(edition) -> bool:
    """Whether it is public and no other edition of the document came after it."""
    edition.find_neighbours()
    return edition.is_released and edition.newest_number == edition.number


def can_be_restored(edition) -> bool:
    """Whether a newer one took its place and nothing is under way: what is open or scheduled is always the newest."""
    edition.find_neighbours()
    return edition.is_released and edition.number < edition.newest_number == edition.released_number


VERBS = (
    Verb(
        "submit",
        "Submit for review",
        "Reviewers see it as waiting. You can still change it; it then has to be submitted again.",
        "change",
        is_state(State.DRAFT),
        stay(lambda edition, user, data: edition.submit()),
        done="Submitted. A reviewer will look at it.",
    ),
    Verb(
        "approve",
        "Approve",
        "You agree to these words as they stand, and they can be published. Any later change takes the approval away.",
        "review",
        is_state(State.IN_REVIEW),
        stay(lambda edition, user, data: edition.approve(user)),
        done="Approved. It can be published.",
        publishes=True,
        second_person=True,
    ),
    Verb(
        "publish",
        "Publish now",
        "Readers see it from the next moment. Its words can then never be changed, only replaced by a newer edition.",
        "review",
        is_state(State.APPROVED),
        stay(lambda edition, user, data: edition.publish(user)),
        done="Published.",
        publishes=True,
    ),
    Verb(
        "schedule",
        "Schedule for ...",
        "Readers see it from the time you choose. Until then the schedule can be cancelled.",
        "review",
        is_state(State.APPROVED),
        stay(lambda edition, user, data: edition.publish(user, at=data["at"])),
        lambda edition: ScheduleForm,
        "Scheduled.",
        publishes=True,
    ),
    Verb(
        "send-back",
        "Send back with a note",
        "It becomes a draft again, and your note tells its authors what is still to do.",
        "review",
        is_state(State.IN_REVIEW, State.APPROVED),
        stay(lambda edition, user, data: edition.send_back(user, data["because"])),
        lambda edition: SendBackForm,
        "It is a draft again, with your note.",
    ),
    Verb(
        "approve-late",
        "Approve after the fact",
        "You agree to what was published without a second person. It leaves the desk's list.",
        "review",
        lambda edition: edition.awaits_late_approval,
        stay(lambda edition, user, data: edition.approve_late(user, data["note"])),
        lambda edition: LateApprovalForm,
        "Approved.",
        second_person=True,
    ),
    Verb(
        "cancel-schedule",
        "Cancel schedule",
        "It will not be published. It goes back to where it was, and can be published later or sent back.",
        "review",
        lambda edition: edition.is_scheduled,
        stay(lambda edition, user, data: edition.cancel_schedule()),
        done="The schedule is cancelled.",
    ),
    Verb(
        "start-draft",
        "Start a draft",
        "A new edition begins as a copy of this one. Readers see it only when it is published.",
        "change",
        is_newest_of_all,
        lambda edition, user, data: edition.document.start_draft(user, source=edition),
        done="Your draft is ready.",
    ),
    Verb(
        "restore",
        "Restore this edition",
        "A new draft begins as a copy of this older edition. Readers see it only when it is published.",
        "change",
        can_be_restored,
        lambda edition, user, data: edition.document.start_draft(user, source=edition),
        done="A draft with the words of the older edition is ready.",
    ),
    Verb(
        "record-review",
        "Mark as reviewed",
        "Readers see when the page was checked, by whom, and when the next check is due.",
        "review",
        lambda edition: edition.is_open or edition.is_scheduled or edition.standing == "live",
        stay(lambda edition, user, data: record_review(edition, user, data)),
        review_form,
        "The review is recorded.",
    ),
    Verb(
        "withdraw",
        "Withdraw ...",
        "The page is taken down at once. Its address says that it was withdrawn, when, and why.",
        "review",
        lambda edition: edition.standing == "live",
        stay(lambda edition, user, data: edition.document.withdraw(data["reason"])),
        lambda edition: WithdrawLinkedForm if live_pages_naming(edition.document) else WithdrawForm,
        "The page is withdrawn.",
    ),
    Verb(
        "publish-alone",
        "Publish without a second person",
        "Readers see it from the next moment. Your reason is kept with the edition, and it stays on the desk until "
        "somebody else has approved it afterwards.",
        "review",
        is_state(State.DRAFT, State.IN_REVIEW),
        stay(lambda edition, user, data: edition.publish(user, waiver=data["waiver"])),
        lambda edition: WaiverForm,
        "Published. It stays on the desk until somebody else approves it.",
        publishes=True,
    ),
    Verb(
        "discard",
        "Discard draft",
        "This edition and everything typed into it is deleted. It cannot be brought back.",
        "change",
        lambda edition: edition.is_open,
        discard,
        done="The draft is gone.",
    ),
)

NEXT = {
    "draft": "Next: submit it for review.",
    "in review": "Next: somebody who did not write it approves it, or sends it back.",
    "approved": "Next: publish it, now or at a time of your choice.",
    "scheduled": "Nothing to do: it will be published automatically.",
    "live": "To change it, start a draft.",
    "superseded": "A newer edition has taken its place.",
    "withdrawn": "Publishing a new edition brings the page back.",
}
