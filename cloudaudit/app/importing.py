"""One import: results of other tools become a report, as if a scan had made it."""

from pathlib import Path

from cloudaudit.app.request import Request, Tell
from cloudaudit.app.scanning import collector_at_rest
from cloudaudit.app.targets import read
from cloudaudit.model import Record, Report


class Import(Record, frozen=True):
    """What is asked for: the files, the rules and decisions of `request`, and the `tree`: a folder, plan or state whose
    resources the results are about; empty for none."""

    request: Request = Request()
    files: tuple[str, ...] = ()
    tree: str = ""


def import_results(asked: Import, tell: Tell | None = None) -> Report:
    """Read the files, and report what they say. SourceError for a file or tree that cannot be read."""
    from cloudaudit.app.translating import Translator  # noqa: PLC0415 - only imports need other scanners' words
    from cloudaudit.app.voices import Voices  # noqa: PLC0415 - as above
    from cloudaudit.sources.imported.reading import read as results_in  # noqa: PLC0415 - as above

    with collector_at_rest():
        graphs = list(read(asked.tree, asked.request)) if asked.tree else []
        voices = Voices(Translator(asked.request), graphs, asked.tree)
        for number, file in enumerate(asked.files):
            for one in results_in(Path(file)):
                voices.add(one)
            if tell:
                tell(number + 1, len(asked.files), file)
        return voices.report()
