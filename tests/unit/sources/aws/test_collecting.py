"""What declarations of collectors can say, on answers made from botocore's models."""

from typing import Any

import pytest
from botomodel import Session

from cloudaudit.model import Resource, Unknown
from cloudaudit.sources.aws.collect import Collected, Collection
from cloudaudit.sources.aws.crew import Crew
from cloudaudit.sources.aws.declare import GLOBAL, Call, Collect, Part, days
from cloudaudit.sources.aws.reader import Reader

LISTED = Call("kms", "list_keys", "Keys")
DESCRIBED = Part(Call("kms", "describe_key", "KeyMetadata", per={"KeyId": "KeyId"}), {"description": "Description"})


def found(collect: Collect, session: Session) -> list[Resource]:
    into, crew = Collected(), Crew(1)
    Collection(Reader(session), [collect], crew, into).start(["us-east-1"])  # type: ignore[arg-type]
    crew.run()
    return list(into.resources.values())


def keys(keep: str, *parts: Part) -> Collect:
    return Collect(type="aws_kms_key", call=LISTED, attributes={}, name="KeyId", keep=keep, parts=(DESCRIBED, *parts))


def test_what_a_part_told_decides_whether_the_item_is_kept() -> None:
    mine = keys("_describe_key.KeyManager != 'AWS'")

    assert not found(mine, Session(0))  # the model's first key manager is AWS
    assert found(mine, Session(1))


def test_an_item_whose_part_was_refused_is_kept() -> None:
    refused = Session(0, {"kms.describe_key": "AccessDeniedException"})

    assert found(keys("_describe_key.KeyManager != 'AWS'"), refused)


def test_later_parts_read_what_earlier_ones_told() -> None:
    policy = Part(
        Call("kms", "get_key_policy", per={"KeyId": "_describe_key.KeyId"}),
        {"policy": "Policy"},
        when="_describe_key.KeyManager == 'CUSTOMER'",
    )

    aws, ours = Session(0), Session(1)
    found(keys("", policy), aws)
    found(keys("", policy), ours)

    assert [method for _, method, _ in aws.asked] == ["list_keys", "describe_key"]
    assert [method for _, method, _ in ours.asked] == ["list_keys", "describe_key", "get_key_policy"]


def test_an_item_gets_every_answer_that_it_names() -> None:
    some = Part(
        Call("kms", "list_aliases", "Aliases"),
        {"description": "join(', ', _several[].AliasName)"},
        batch=10,
        match=("[KeyId, 'a-TargetKeyId']", "TargetKeyId"),
    )
    collect = Collect(type="aws_kms_key", call=LISTED, attributes={}, name="KeyId", parts=(some,))

    [key] = found(collect, Session())

    assert key.attributes["description"] == "a-AliasName"


def test_what_is_gone_since_it_was_listed_is_left_out() -> None:
    collect = Collect(type="aws_kms_key", call=LISTED, attributes={}, name="KeyId", parts=(DESCRIBED,))

    assert not found(collect, Session(0, {"kms.describe_key": "InvalidKey.NotFound"}))


def test_items_know_when_they_were_read() -> None:
    collect = Collect(type="aws_kms_key", call=LISTED, attributes={"description": "_at"}, name="KeyId")

    assert found(collect, Session())[0].attributes["description"].endswith("Z")


def test_a_call_for_no_item_reads_where_we_are() -> None:
    session = Session()
    call = Call("s3control", "get_public_access_block", "PublicAccessBlockConfiguration", per={"AccountId": "_account"})

    found(Collect(type="aws_s3_account_public_access_block", call=call, attributes={}), session)

    assert session.asked == [("s3control", "get_public_access_block", "[('AccountId', '123456789012')]")]


def test_times_become_days_before_and_after_the_answer() -> None:
    item = {"_at": "2026-03-10T12:00:00Z", "Old": "2026-03-01T13:00:00Z", "Dates": {"End": "2026-03-12T11:00:00Z"}}

    assert days("Old")(item) == 8
    assert days("Dates.End", until=True)(item) == 1
    assert days("Never")(item) is None


def test_where_a_code_means_two_things_the_message_tells_them_apart() -> None:
    """The session of the tests says "no" in every refusal."""
    call = Call("macie2", "get_macie_session", unset=("AccessDeniedException: Macie is not enabled",))
    off = Call("macie2", "get_macie_session", unset=("AccessDeniedException: no",))
    session = Session(0, {"macie2.get_macie_session": "AccessDeniedException"})

    refused, none = Collected(), Collected()
    for into, asked in ((refused, call), (none, off)):
        crew = Crew(1)
        one = Collect(type="aws_macie2_account", call=asked, attributes={"status": "status"})
        Collection(Reader(session), [one], crew, into).start(["us-east-1"])  # type: ignore[arg-type]
        crew.run()

    assert [each.kind for each in refused.refusals] == ["denied"]
    assert not none.refusals


@pytest.mark.parametrize(
    ("said", "lists"),
    [
        ("ForbiddenException: AWS RoboMaker is only available for existing customers.", True),
        ("AccessDeniedException: AWS OpsWorks Stacks is no longer accepting new customers", True),
        ("AccessDeniedException: Only existing Timestream for LiveAnalytics customers can access the service.", True),
        ("AccessDeniedException: User is not authorized to perform: kms:ListKeys", False),
        ("AccessDeniedException: User: arn:aws:iam::111122223333:role/new-customers is not authorized", False),
        ("AccessDeniedException: no access to the pool new customers: arn:aws:cognito-idp::1:userpool/a", False),
    ],
)
def test_a_service_that_takes_no_new_customers_is_empty_for_those_it_has_not(said: str, *, lists: bool) -> None:
    into, crew = Collected(), Crew(1)
    session = Session(0, {"kms.list_keys": said})
    Collection(Reader(session), [keys("")], crew, into).start(["us-east-1"])  # type: ignore[arg-type]
    crew.run()

    assert (not into.refusals) is lists


def test_pages_that_botocore_does_not_know_are_read_to_the_end() -> None:
    pages = {None: (["a"], "2"), "2": (["b"], "3"), "3": (["c"], None)}

    class Paged(Session):
        def client(self, service: str, region: str) -> Any:
            client = super().client(service, region)

            def list_work_groups(NextToken: str | None = None) -> Any:  # noqa: N803 - AWS's name
                names, following = pages[NextToken]
                return {"WorkGroups": [{"Name": name} for name in names], "NextToken": following}

            client.list_work_groups = list_work_groups  # type: ignore[method-assign]
            return client

    collect = Collect(
        type="aws_athena_workgroup",
        call=Call("athena", "list_work_groups", "WorkGroups"),
        name="Name",
        attributes={"name": "Name"},
    )

    assert sorted(each.name for each in found(collect, Paged())) == ["a", "b", "c"]


def test_a_shared_name_says_what_it_means() -> None:
    collect = Collect(
        type="aws_kms_alias",
        call=LISTED,
        attributes={"target_key_id": "KeyId"},
        named={"target_key_id": "arn:{partition}:x:{KeyId}"},
    )

    assert found(collect, Session())[0].named == {"target_key_id": "arn:aws:x:a-KeyId"}


class Paged(Session):
    """Every answer comes on two pages."""

    def client(self, _service: str, _region: str) -> Any:
        return self

    def can_paginate(self, _method: str) -> bool:
        return True

    def get_paginator(self, _method: str) -> Any:
        return self

    def paginate(self, **_params: Any) -> Any:
        yield {"Name": "group", "Parameters": [{"name": "a"}], "Marker": "1"}
        yield {"Parameters": [{"name": "b"}]}


def test_an_answer_that_is_taken_as_one_has_all_its_pages() -> None:
    call = Call("rds", "describe_db_parameters", per={"DBParameterGroupName": "_account"})

    answered = Reader(Paged()).items(call, "us-east-1")  # type: ignore[arg-type]

    assert [item["Parameters"] for item in answered.items] == [[{"name": "a"}, {"name": "b"}]]
    assert answered.items[0]["Name"] == "group"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AuthorizationError", "denied"),  # SNS
        ("ForbiddenException", "denied"),  # MSK, Amazon MQ
        ("UnauthorizedException", "denied"),  # AppSync, API Gateway
        ("UnrecognizedClientException", "closed"),
        ("ThrottlingException", "throttled"),
        ("ReadTimeoutError", "silent"),
        ("UnknownOperationException", "missing"),
        ("InternalFailure", "failed"),
    ],
)
def test_every_service_has_its_own_word_for_a_refusal(code: str, kind: str) -> None:
    into, crew = Collected(), Crew(1)
    session = Session(0, {"kms.list_keys": code})
    one = Collect(type="aws_kms_key", call=LISTED, attributes={})
    Collection(Reader(session), [one], crew, into).start(["eu-west-1"])  # type: ignore[arg-type]
    crew.run()

    assert [each.kind for each in into.refusals] == [kind]


@pytest.mark.parametrize(
    "code", ["NotFound", "TrailNotFoundException", "NoSuchHostedZone", "ResourceNotFoundException"]
)
def test_what_is_gone_meanwhile_is_left_out(code: str) -> None:
    into, crew = Collected(), Crew(1)
    session = Session(0, {"kms.describe_key": code})
    one = Collect(type="aws_kms_key", call=LISTED, attributes={}, name="KeyId", parts=(DESCRIBED,))
    Collection(Reader(session), [one], crew, into).start(["eu-west-1"])  # type: ignore[arg-type]
    crew.run()

    assert not into.resources
    assert not into.refusals


@pytest.mark.parametrize("sparse", [True, False])
def test_what_was_asked_for_by_name_and_is_not_answered_is_unknown(sparse: bool) -> None:
    asked = Call("codebuild", "batch_get_projects", "projects", per={"names": "KeyId"})
    part = Part(asked, {"description": "description"}, batch=10, match=("KeyId", "arn"), sparse=sparse)

    (key,) = found(Collect(type="aws_kms_key", call=LISTED, attributes={}, name="KeyId", parts=(part,)), Session(0))

    value = key.attributes.get("description")
    assert isinstance(value, Unknown) is not sparse
    assert sparse or value.because == "codebuild:BatchGetProjects told nothing of it"


def test_a_batch_of_which_one_is_gone_tells_nothing_of_the_others() -> None:
    asked = Call("codebuild", "batch_get_projects", "projects", per={"names": "KeyId"})
    part = Part(asked, {"description": "description"}, batch=10, match=("KeyId", "name"))
    session = Session(0, {"codebuild.batch_get_projects": "ResourceNotFoundException"})

    (key,) = found(Collect(type="aws_kms_key", call=LISTED, attributes={}, name="KeyId", parts=(part,)), session)

    assert isinstance(key.attributes["description"], Unknown)


def test_tags_are_asked_for_where_the_thing_is() -> None:
    session = Session(0)

    found(
        Collect(
            type="aws_s3_bucket",
            call=Call("s3", "list_buckets", "Buckets"),
            scope=GLOBAL,
            name="Name",
            attributes={"region": lambda _: "eu-west-1"},
            bulk_tags=True,
        ),
        session,
    )

    assert [request.split()[0] for _, method, request in session.asked if method == "get_resources"] == ["eu-west-1"]
