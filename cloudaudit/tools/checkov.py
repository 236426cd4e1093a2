"""checkov, by Prisma Cloud: https://www.checkov.io. Its options are those of `checkov --help`, 3.3.30.

It takes options from `.checkov.yaml` in the folder that it scans, in the current folder and at home, whatever
`--config-file` says, and one of them names folders whose Python it runs. So it never gets to see a tree itself, only a
copy of the files that it reads, from an empty folder, with an empty home.
"""

from pathlib import Path

from cloudaudit.tools.tool import Tool

# No policies, no modules, no news of a later version; its answer is JSON whatever it finds, and passes are part of it.
_ALWAYS = ("--skip-download", "--download-external-modules", "false", "--soft-fail", "--output", "json")
_ENVIRONMENT = {"CKV_SKIP_PACKAGE_UPDATE_CHECK": "true", "LOG_LEVEL": "WARNING"}


def _folder(path: str, var_files: tuple[str, ...]) -> list[str]:
    given = [part for file in var_files for part in ("--var-file", file)]
    return ["--directory", path, "--framework", "terraform", *_ALWAYS, *given]


def _plan(path: str) -> list[str]:
    return ["--file", path, "--framework", "terraform_plan", *_ALWAYS]


TOOL = Tool(
    name="checkov",
    version="3.3.30",
    lock=Path(__file__).with_name("checkov.txt"),
    environment=_ENVIRONMENT,
    folder=_folder,
    plan=_plan,
    crashed=lambda code: code != 0,
)
