"""Words as the search compares them: without case and accents, cut down to their stems, small slips forgiven. Pure."""

import re
import unicodedata
from functools import lru_cache

TOKEN = re.compile(r"\d+|[^\W\d_]+(?:['’][^\W\d_]+)*")  # 400mg is two words, as 400 mg is
LONGEST_WORD = 40  # letters; what is longer is cut, in the index as in a question
SHORTEST_STEM = 3  # letters: what is left of a shorter word would be another one, as “al” of ALS
SHORTEST_WITH_SLIPS = 4  # letters: with fewer, nearly every word is a slip of another

SAYING_NOTHING = (
    "a about all also am an and any are as at be because been but by can cannot cant could did didnt do does doesnt "
    "doing dont for from get gets getting give go going gone got had has have having he help her hers him his how i id "
    "if ill im in into is isnt it its ive just keep keeps know like may me might my myself of on one or other our ours "
    "out really she should so some something tell than that thats the their theirs them then there these they this "
    "those to try trying up us use used using very want was we were what whats when where which while whom whose "
    "why will with without wont would you your yours"
)
STOP_WORDS = frozenset(SAYING_NOTHING.split())
IRREGULAR = {  # what a stemmer cannot know
    **{"calves": "calf", "feet": "foot", "teeth": "tooth", "knives": "knife", "lives": "life", "halves": "half"},
    **{"men": "man", "women": "woman", "children": "child", "people": "person", "worse": "bad", "worst": "bad"},
    **{
        "ate": "eat",
        "eaten": "eat",
        "drank": "drink",
        "drunk": "drink",
        "fell": "fall",
        "felt": "feel",
        "ran": "run",
        "gave": "give",
    },
    **{"slept": "sleep", "asleep": "sleep", "took": "take", "taken": "take", "bought": "buy", "shook": "shake"},
}
MEANING = frozenset(
    {"define", "definition", "explain", "explained", "mean", "meaning", "means"}
)  # a word is asked about


def fold(word: str) -> str:
    """The word without case, accents and apostrophes."""
    if word.isascii():
        return word.lower().replace("'", "")[:LONGEST_WORD]
    letters = unicodedata.normalize("NFKD", word.casefold()).replace("’", "").replace("'", "")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))[:LONGEST_WORD]


def folded(text: str) -> list[str]:
    """The words of a text, in order, folded; those that say nothing are left out."""
    words = (fold(word) for word in TOKEN.findall(text))
    return [word for word in words if word and word.isalnum() and word not in STOP_WORDS]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """What a folded word shares with its other forms: twitches, twitched and twitching are all twitch."""
    word = IRREGULAR.get(word, word)
    return stemmer().stemWord(word) or word if len(word) > SHORTEST_STEM else word


def stemmer():
    """A new one each time: it keeps in itself the word that it is at, and several threads may be at one."""
    import snowballstemmer  # all its languages come along, which took a thirtieth of the site's start

    return snowballstemmer.stemmer("english")


def all_stems(text: str) -> list[str]:
    """The stems of all words of a text, of those as well that say nothing by themselves."""
    return [stem(word) for word in map(fold, TOKEN.findall(text)) if word]


def stems(text: str) -> list[str]:
    return [stem(word) for word in folded(text)]


def shortened(word: str) -> set[str]:
    """The word with each one of its letters left out: two words one slip apart share a member, or one is a member."""
    if len(word) < SHORTEST_WITH_SLIPS:
        return set()
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


def is_one_slip_away(typed: str, word: str) -> bool:
    """Whether one letter more, less, changed, or swapped with the next turns `typed` into `word`.

    People rarely slip at the first letter; words that differ in it, such as tumour and rumour, are others.
    """
    if typed == word or abs(len(typed) - len(word)) > 1 or typed[:1] != word[:1]:
        return False
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    left, right = typed[start:], word[start:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:] and len(left) == len(right)
    return left[1:] == right or left == right[1:] or left[1:] == right[1:] or swapped
