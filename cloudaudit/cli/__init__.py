from cloudaudit.cli.program import main

__all__ = ["main"]
