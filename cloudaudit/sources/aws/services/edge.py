"""Functions of CloudFront, and peers of networks beyond AWS."""

from cloudaudit.sources.aws.declare import GLOBAL, Call, Collect, Part, tags

COLLECTORS = (
    Collect(
        type="aws_cloudfront_function",
        call=Call("cloudfront", "list_functions", "FunctionList.Items", params={"Stage": "LIVE"}),
        scope=GLOBAL,
        arn="{FunctionMetadata.FunctionARN}",
        name="Name",
        attributes={
            "id": "Name",
            "name": "Name",
            "comment": "FunctionConfig.Comment",
            "runtime": "FunctionConfig.Runtime",
            "status": "Status",
        },
        parts=(
            Part(
                Call("cloudfront", "get_function", params={"Stage": "LIVE"}, per={"Name": "Name"}),
                {"code": "FunctionCode"},
            ),
        ),
        bulk_tags=True,
    ),
    Collect(
        type="aws_networkmanager_connect_peer",
        call=Call("networkmanager", "list_connect_peers", "ConnectPeers", region="us-west-2"),
        scope=GLOBAL,
        arn="arn:{partition}:networkmanager::{account}:connect-peer/{ConnectPeerId}",
        name="ConnectPeerId",
        attributes={
            "id": "ConnectPeerId",
            "connect_attachment_id": "ConnectAttachmentId",
            "connect_peer_id": "ConnectPeerId",
            "subnet_arn": "SubnetArn",
            "tags": tags("Tags"),
        },
    ),
)
