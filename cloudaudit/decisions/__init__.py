"""What people decide about findings, and what a change did to them: never the verdict itself."""

from cloudaudit.decisions import baseline
from cloudaudit.decisions.comments import Names
from cloudaudit.decisions.comparison import compare
from cloudaudit.decisions.decider import Decider, Sources

__all__ = ["Decider", "Names", "Sources", "baseline", "compare"]
