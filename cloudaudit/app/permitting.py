"""What an audit must be allowed."""


def permissions(*, organization: bool = False, aggregator: bool = False) -> tuple[str, ...]:
    """The IAM actions that an audit calls, sorted: those of all collectors, since what some rules need shows only when
    they are judged. With `organization`, those that the auditing account needs to find and enter the others; with
    `aggregator`, those that the account of one needs."""
    from cloudaudit.sources.aws import permissions as of_calls  # noqa: PLC0415 - 0.3 s that nothing else need pay
    from cloudaudit.sources.aws.collectors import collectors  # noqa: PLC0415

    if not organization and not aggregator:
        return of_calls.needed(collectors())
    asked = (*(of_calls.ORGANIZATION if organization else ()), *(of_calls.AGGREGATOR if aggregator else ()))
    return tuple(sorted(asked, key=str.lower))
