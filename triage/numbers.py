"""Numbers to call, by country. All of them are shown where the country is unknown, and on every error page."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Number:
    where: str
    emergency: str
    urgent: str = ""


NUMBERS = {
    "UK": Number("United Kingdom", "999", "NHS 111"),
    "EU": Number("European Union and many other countries", "112"),
    "US": Number("United States", "911"),
    "CA": Number("Canada", "911"),
    "AU": Number("Australia", "000"),
    "NZ": Number("New Zealand", "111"),
}


def to_call() -> list[Number]:
    country = settings.EMERGENCY_COUNTRY
    return [NUMBERS[country]] if country else list(NUMBERS.values())
