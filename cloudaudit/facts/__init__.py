"""Values that Python computes for rules, because an expression cannot: who can reach a port, what a policy allows."""

from cloudaudit.facts.fact import Fact, find

__all__ = ["Fact", "find"]
