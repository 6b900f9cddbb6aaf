"""The checklist's pages. Every one of them finds out anew, from the answers, where the reader stands."""

from functools import wraps

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from articles import documents
from articles.desk.addresses import admin_address
from articles.models import ArticleEdition, Reference
from triage import answers, hazards
from triage.ladder import Effect, Kind, Result, Step, Urgency, fault_in, replay, step_at
from triage.models import Checklist, ChecklistEdition, ChecklistPreviewLink, lines

FAULTS = {
    "empty": "Choose an answer. “I’m not sure” is one, too.",
    "unknown": "That answer is not one of these. Please choose again.",
    "repeated": "That answer came twice. Please choose again.",
    "only-one": "Choose one answer only.",
    "none-alone": "“None of these” cannot go together with another answer. Choose one or the other.",
}


def kept_private(view):
    """Mark a page that shows or asks for answers: no copy anywhere, no search engine, no address handed on."""

    @wraps(view)
    def marked(*args, **kwargs):
        response = view(*args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "same-origin"
        return response

    return marked


def edition_of(request, slug=None, number=None, token=None):
    """The live edition; or a draft: edition `number` for staff, or the one that a preview link opens.

    Raises Http404 where there is none, or where the link's edition is a draft no more.
    """
    editions = ChecklistEdition.objects.for_walking()
    if token is not None:
        link = ChecklistPreviewLink.objects.opened_with(token)
        if link is None or link.edition.is_released:
            raise Http404
        return editions.get(pk=link.edition_id)
    if number is None:
        return editions.live().filter(document__slug=slug).first()
    if not documents.may_preview(request.user, ChecklistEdition):
        raise Http404
    return get_object_or_404(editions, document__slug=slug, number=number)


def walk(view):
    """Find the edition and the reader's answers for a page of the walk; without an edition, say what to do."""

    @wraps(view)
    @kept_private
    def with_answers(request, **where):
        rest = {"n": where.pop("n")} if "n" in where else {}
        edition = edition_of(request, **where)
        if edition is None:
            return missing(request, **where)
        given, set_aside = answers.read(request, edition)
        if set_aside:
            return render(request, "triage/restart.html", here(edition, where))
        return view(request, edition, given, here(edition, where), **rest)

    return with_answers


def here(edition, where: dict) -> dict:
    """What every page of the walk shows, and where its links lead: `where` is what its own address holds."""
    names = ("confirm", "result", "summary", "delete", "landing")
    return {
        "edition": edition,
        "is_preview": where.keys() != {"slug"},
        "is_unlisted": True,
        "desk_address": admin_address(edition) if "number" in where else "",
        "stamp": stamp(edition),
        "where": where,
        "addresses": {name: address(name, where) for name in names},
    }


def stamp(edition) -> str:
    """What a form carries to say which questions the reader saw."""
    return f"{edition.number}.{edition.version}"


def address(name: str, where: dict, **more) -> str:
    prefix = "shared-" if "token" in where else "preview-" if "number" in where else ""
    return reverse(f"triage:{prefix}{name}", kwargs=where | more)


def answers_path(where: dict) -> str:
    """The addresses to which a browser sends the answers: behind a preview link, those of that link alone."""
    return address("landing", where) if "token" in where else answers.PATH


def missing(request, slug):
    """No live checklist: withdrawn, or never there. Either way the numbers are on the page."""
    document = get_object_or_404(Checklist, slug=slug)
    if document.is_withdrawn:
        return documents.gone(request, document)
    raise Http404


@require_safe
def index(request):
    live = list(ChecklistEdition.objects.for_walking().live().order_by("title"))
    if len(live) == 1:
        return HttpResponseRedirect(live[0].document.get_absolute_url())
    return render(request, "triage/index.html", {"editions": live})


@require_safe
def landing(request, **where):
    edition = edition_of(request, **where)
    if edition is None:
        return missing(request, **where)
    first = replay(edition.ladder, {})
    context = here(edition, where) | {
        "at_most": first.at_most,
        "paragraphs": lines(edition.introduction),
        "limits": lines(edition.limits),
        "start": address("step", where, n=1),
        "is_unlisted": where.keys() != {"slug"},
    }
    return render(request, "triage/landing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@walk
def step(request, edition, given, context, n):
    if request.method == "POST":
        if request.POST.get("edition") != stamp(edition):
            return render(request, "triage/restart.html", context)  # these were another edition's questions
        return answer(request, edition, given, context, n)
    reached = step_at(edition.ladder, given, n)
    if isinstance(reached, Result) or reached.position != n:
        return HttpResponseRedirect(next_address(reached, context["where"]))
    return show(request, reached, context)


def show(request, step: Step, context, fault="", status=200):
    back = context["addresses"]["landing"]
    if step.position > 1:
        back = address("step", context["where"], n=step.position - 1)
    is_screen = step.position == 1 and step.question.kind == Kind.MANY
    context |= {"step": step, "fault": FAULTS.get(fault, ""), "back": back, "is_screen": is_screen}
    return render(request, "triage/step.html", context, status=status)


def answer(request, edition, given, context, n):
    """Take the answer to the question that was shown, keep the others, and go where the path now leads."""
    slug, chosen = request.POST.get("question", ""), request.POST.getlist("option")
    question = next((q for q in edition.ladder.questions if q.slug == slug), None)
    if question is None:
        return HttpResponseRedirect(next_address(replay(edition.ladder, given), context["where"]), status=303)
    if fault := fault_in(edition.ladder, question, chosen):
        reached = step_at(edition.ladder, given, n)
        if isinstance(reached, Step) and reached.question == question:
            return show(request, reached, context, fault, status=422)
        return HttpResponseRedirect(next_address(reached, context["where"]), status=303)
    given = given | {slug: chosen}
    response = HttpResponseRedirect(next_address(replay(edition.ladder, given), context["where"]), status=303)
    try:
        answers.write(response, edition, given, answers_path(context["where"]))
    except answers.TooMany:
        return render(request, "triage/restart.html", context, status=413)
    return response


def next_address(reached: Step | Result, where: dict) -> str:
    if isinstance(reached, Step):
        return address("step", where, n=reached.position)
    return address("confirm" if reached.urgency == Urgency.EMERGENCY else "result", where)


def at_the_end(view):
    """For pages that need a result: whoever has none yet is led to the question that comes next."""

    @wraps(view)
    def with_result(request, edition, given, context):
        reached = replay(edition.ladder, given)
        if isinstance(reached, Step):
            return HttpResponseRedirect(address("step", context["where"], n=reached.position))
        positions = {answered.question.slug: place for place, answered in enumerate(reached.path, 1)}
        labels = {
            choice: option.label
            for answered in reached.path
            for choice, option in zip(answered.choices, answered.options, strict=True)
        }
        context |= {
            "result": reached,
            "is_emergency": reached.urgency == Urgency.EMERGENCY,
            "path": [
                (answered, address("step", context["where"], n=place)) for place, answered in enumerate(reached.path, 1)
            ],
            "deciding": [
                {
                    "reason": deciding.reason,
                    "sets_urgency": deciding.sets_urgency,
                    "answers": [
                        (labels[choice], address("step", context["where"], n=positions[choice.question]))
                        for choice in deciding.choices
                    ],
                }
                for deciding in reached.deciding
            ],
        }
        return view(request, context)

    return with_result


@require_safe
@walk
@at_the_end
def confirm(request, context):
    if not context["is_emergency"]:
        return HttpResponseRedirect(context["addresses"]["result"])
    return render(request, "triage/confirm.html", context)


@require_safe
@walk
@at_the_end
def result(request, context):
    result, edition = context["result"], context["edition"]
    if not context["is_emergency"]:
        context |= {
            "limits": lines(edition.limits),
            "articles": ArticleEdition.objects.listed().filter(document__slug__in=result.articles),
            "references": sources_of(result),
        }
    return render(request, "triage/result.html", context)


def sources_of(result: Result):
    """Every source behind what a result shows."""
    rows = [*result.advices, *filter(None, [result.outcome, result.magnesium])]
    rows += [option for answered in result.path for option in answered.options if option.effect != Effect()]
    return Reference.objects.filter(key__in={key for row in rows for key in row.references}).order_by("authors", "year")


@require_safe
@walk
@at_the_end
def summary(request, context):
    return render(request, "triage/summary.html", context | {"today": timezone.localdate()})


@require_http_methods(["GET", "HEAD", "POST"])
@kept_private
def delete(request, **where):
    edition = edition_of(request, **where)
    if edition is None:
        return missing(request, **where)
    context = here(edition, where) | {"deleted": request.method == "POST"}
    response = render(request, "triage/delete.html", context)
    if request.method == "POST":
        answers.forget(response, edition, answers_path(where))
    return response


@require_safe
def history(request, slug):
    return documents.history(request, Checklist, slug, "triage/history.html")


@require_safe
def edition(request, slug, number):
    """One edition by its number: for everybody as a list of its questions, for staff as a walk if it is a draft."""
    if not ChecklistEdition.objects.released().filter(document__slug=slug, number=number).exists():
        return documents.kept_off(kept_private(landing)(request, slug=slug, number=number))
    return documents.edition(request, slug, number, ChecklistEdition.objects.for_walking(), show_as_list)


def show_as_list(request, edition, **more):
    return render(request, "triage/edition.html", {"edition": edition, "ladder": edition.ladder} | more)


@require_safe
@kept_private
def shared(request, token):
    """The start of a draft's walk for whoever has its preview link; once it is public, the check itself."""
    link = ChecklistPreviewLink.objects.opened_with(token)
    if link is not None and link.edition.is_released:
        return HttpResponseRedirect(link.edition.document.get_absolute_url())
    return landing(request, token=token)


@require_safe
def safety(request):
    """How the checklist is kept safe: the hazard log, and what the proof of the live edition says."""
    editions = [(edition, edition.proof()) for edition in ChecklistEdition.objects.for_walking().live()]
    return render(request, "triage/safety.html", {"editions": editions, "hazards": hazards.read()})
