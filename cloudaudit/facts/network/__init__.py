"""What the internet can reach, and along which path."""

from cloudaudit.facts.network.offered import FACTS

__all__ = ["FACTS"]
