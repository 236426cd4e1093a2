"""What is asked of the application."""

from collections.abc import Callable
from datetime import date

from cloudaudit.model import Record
from cloudaudit.settings import Settings
from cloudaudit.sources import Options

Tell = Callable[[int, int, str], None]
"""Called with what is done, how much there is (0 when nobody knows yet), and what is being done."""


class Request(Record, frozen=True):
    """What is asked for. `rule_paths` are rule files or folders besides our own; `only` and `themes` narrow the rules
    when they name something; `profile`, `waivers` and `baseline` come before those of the settings; `inline` is
    whether comments in the source may silence rules; `today` decides what is over; `clock` is the time to put on the
    report, empty for none. `beside` names the tools that judge the targets as well, `patience` their seconds."""

    targets: tuple[str, ...] = ()
    options: Options = Options()
    settings: Settings = Settings()
    rule_paths: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    profile: str = ""
    inline: bool = True
    waivers: str = ""
    baseline: str = ""
    today: date | None = None
    clock: str = ""
    beside: tuple[str, ...] = ()
    patience: float = 900.0
