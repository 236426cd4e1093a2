"""What another tool says of one thing, in our words for verdicts and in its own words for the rest."""

from cloudaudit.model import Record, Verdict


class Tool(Record, frozen=True):
    """That a tool speaks in a file, whether it has a result to tell or not; lower case."""

    name: str


class Foreign(Record, frozen=True, gc=False):
    """One result of another tool, as it told it. All texts are hostile: control characters, markup and paths that
    leave the tree are dealt with where results become findings, and nothing here has been looked up.

    `tool` is lower case ("checkov"); `rule` is their id as they write it and `also` are other ids of the same check.
    `severity` is their word. `path` is as they say it, lines count from 1 and are 0 where they are not known. `address`
    is a Terraform address, and `caller` with `caller_line` where the module is called that it is in; `arn` an ARN or,
    where they have none, their id of a live thing; `seen` is their timestamp. A text is empty where they say nothing.
    `accepted` is None unless they suppressed the result, else their reason, which may be empty.
    """

    tool: str
    rule: str
    verdict: Verdict
    version: str = ""
    also: tuple[str, ...] = ()
    title: str = ""
    message: str = ""
    severity: str = ""
    path: str = ""
    first_line: int = 0
    last_line: int = 0
    address: str = ""
    caller: str = ""
    caller_line: int = 0
    arn: str = ""
    account: str = ""
    region: str = ""
    accepted: str | None = None
    url: str = ""
    seen: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids under which their check may be known, the one they wrote first."""
        return (self.rule, *self.also)
