"""Other scanners as programs: finding one, installing it into an environment of its own, and running it."""

from cloudaudit.tools.environments import Installed, found, install, installed
from cloudaudit.tools.process import Ended, Limits, Process
from cloudaudit.tools.tool import Tool, tools

__all__ = ["Ended", "Installed", "Limits", "Process", "Tool", "found", "install", "installed", "tools"]
