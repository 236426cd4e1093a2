"""What the settings say of accounts, networks and ranges, in the form in which the facts look it up."""

from collections.abc import Mapping


def placed(environments: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The environments by account id as `account_map`, and by anything else (vpc-..., 10.20.0.0/16) as `places`."""
    accounts = {place: name for place, name in environments.items() if place.isdigit()}
    return {
        "account_map": accounts,
        "places": {place: name for place, name in environments.items() if place not in accounts},
    }
