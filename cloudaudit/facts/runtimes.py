"""Which language runtimes AWS maintains no longer."""

from cloudaudit.facts.fact import Fact
from cloudaudit.facts.versions import has_ended

FACTS = (
    Fact(
        name="runtimes.ended",
        types=("aws_lambda_function",),
        compute=has_ended,
        doc="bool: the function's runtime gets no more security updates. Functions from images have none of AWS's.",
    ),
)
