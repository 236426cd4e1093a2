"""What people decide about findings, and what a change did to them: never the verdict itself."""

from cloudaudit.decisions.comparison import compare

__all__ = ["compare"]
