"""The APIs of the places where changes are reviewed."""

from cloudaudit.forges.github import GitHub
from cloudaudit.forges.gitlab import GitLab
from cloudaudit.forges.sticky import Forge, Note, Posted, publish
from cloudaudit.forges.suggestions import Mending, suggest
from cloudaudit.forges.text import body, read
from cloudaudit.transport import Waiting

__all__ = ["Forge", "GitHub", "GitLab", "Mending", "Note", "Posted", "Waiting", "body", "publish", "read", "suggest"]
