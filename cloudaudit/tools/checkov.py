"""checkov, by Prisma Cloud: https://www.checkov.io. Its options are those of `checkov --help`, 3.3.30.

It takes options from `.checkov.yaml` in the folder that it scans, in the current folder and at home, whatever
`--config-file` says, and one of them names folders whose Python it runs. So it never gets to see a tree itself, only a
copy of the files that it reads, from an empty folder, with an empty home.
"""

import re
from pathlib import Path

from cloudaudit.tools.tool import Tool

# No policies, no modules, no news of a later version; its answer is JSON whatever it finds, and passes are part of it.
_ALWAYS = (
    *("--framework", "terraform", "terraform_plan", "--output", "json", "--soft-fail"),
    *("--skip-download", "--download-external-modules", "false"),
)
_ENVIRONMENT = {
    "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true",
    "CHECKOV_MAX_IAC_FILE_SIZE": "2000000000",  # it leaves out a plan of 50 MB without a word
    "LOG_LEVEL": "WARNING",
}
_LOST = re.compile(r"Failed to run check (\S+) on (\S+)")


def _arguments(folder: str, var_files: tuple[str, ...]) -> list[str]:
    given = [part for file in var_files for part in ("--var-file", file)]
    return ["--directory", folder, *_ALWAYS, *given]


def _lost(said: str) -> list[str]:
    return list(dict.fromkeys(f"{check} of {where}" for check, where in _LOST.findall(said)))


TOOL = Tool(
    name="checkov",
    version="3.3.30",
    lock=Path(__file__).with_name("checkov.txt"),
    environment=_ENVIRONMENT,
    arguments=_arguments,
    lost=_lost,
)
