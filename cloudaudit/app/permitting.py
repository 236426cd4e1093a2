"""What an audit must be allowed."""

from cloudaudit.app.auditing import needed
from cloudaudit.app.request import Request
from cloudaudit.app.scanning import Court


def permissions(request: Request, *, organization: bool = False) -> tuple[str, ...]:
    """The IAM actions that an audit by these rules calls, sorted: all that there are collectors for, unless rules were
    picked. With `organization`, those that the auditing account needs to find and enter the others."""
    from cloudaudit.sources.aws import permissions as of_calls  # noqa: PLC0415 - 0.3 s that nothing else need pay
    from cloudaudit.sources.aws.account import chosen  # noqa: PLC0415

    if organization:
        return of_calls.ORGANIZATION
    picked = bool(request.only or request.themes)
    return of_calls.needed(chosen(needed(Court(request)) if picked else None))
