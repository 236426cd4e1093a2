"""Whatever has tags. It shows which environments live in an account, also by what no other call lists.

All resources are told of here but roles and users of IAM, and Auto Scaling groups:
https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
"""

from cloudaudit.sources.aws.declare import TAGGED, TAGS, Collect, tags

COLLECTORS = (
    Collect(
        type=TAGGED,
        call=TAGS,
        when="Tags",  # what had tags once is told of, too
        arn="{ResourceARN}",
        name="ResourceARN",
        attributes={"tags": tags("Tags")},
    ),
)
