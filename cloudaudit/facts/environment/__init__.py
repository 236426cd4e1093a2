"""Prod, staging or dev: what belongs where, and what reaches across."""

from cloudaudit.facts.environment.offered import FACTS

__all__ = ["FACTS"]
