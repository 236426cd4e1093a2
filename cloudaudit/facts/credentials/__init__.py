"""Which literal values are credentials, and what may be shown of a value."""

from cloudaudit.facts.credentials.offered import FACTS
from cloudaudit.facts.credentials.redaction import conceal, digest, redact

__all__ = ["FACTS", "conceal", "digest", "redact"]
