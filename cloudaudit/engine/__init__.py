"""Rules: how they are read, what they see, and how they judge."""

from cloudaudit.engine.ruleset import RuleSet

__all__ = ["RuleSet"]
