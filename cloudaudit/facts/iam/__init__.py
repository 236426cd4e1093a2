"""What IAM policies allow, and to whom."""

from cloudaudit.facts.iam import denials, exposure, holders, identity, oidc, trust

FACTS = (*denials.FACTS, *exposure.FACTS, *holders.FACTS, *identity.FACTS, *oidc.FACTS, *trust.FACTS)

__all__ = ["FACTS"]
