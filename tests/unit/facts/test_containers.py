import json

from facts_building import ELSEWHERE, fact, is_unknown, ref, resource

from cloudaudit.model import Unknown


def task(*containers):
    return resource("aws_ecs_task_definition.app", container_definitions=json.dumps(containers))


def test_containers_without_a_log_driver_are_named():
    logged = {"name": "app", "logConfiguration": {"logDriver": "awslogs"}}
    capital = {"Name": "side", "LogConfiguration": {"LogDriver": "json-file"}}

    assert fact("containers.without_logs", task(logged, {"name": "proxy"}, capital)) == ["proxy"]
    assert fact("containers.without_logs", task({"name": "a", "logConfiguration": {"logDriver": "none"}})) == ["a"]


def test_privileged_containers_are_named():
    assert fact("containers.privileged", task({"name": "a", "privileged": True}, {"name": "b"})) == ["a"]
    assert fact("containers.privileged", task({"name": "a", "privileged": False})) == []


def test_a_root_file_system_is_writable_unless_told_otherwise():
    assert fact(
        "containers.with_writable_root", task({"name": "a"}, {"name": "b", "readonlyRootFilesystem": True})
    ) == ["a"]


def test_a_batch_job_is_one_container():
    job = resource("aws_batch_job_definition.work", container_properties=json.dumps({"privileged": True}))

    assert fact("containers.privileged", job) == ["container"]


def test_definitions_that_are_not_known():
    assert is_unknown(
        fact("containers.privileged", resource("aws_ecs_task_definition.app", container_definitions=ELSEWHERE))
    )


def test_text_that_is_no_document_has_no_containers():
    assert fact("containers.privileged", resource("aws_ecs_task_definition.app", container_definitions="{")) == []


def test_one_role_is_one_role_though_its_arn_is_not_known():
    roles = [resource("aws_iam_role.agent"), resource("aws_iam_role.app")]

    def shared(agent, task):
        subject = resource("aws_ecs_task_definition.t", execution_role_arn=agent, task_role_arn=task)
        return fact("containers.shares_role", subject, *roles)

    assert shared(ref("aws_iam_role.agent.arn"), ref("aws_iam_role.agent.arn")) is True
    assert shared(ref("aws_iam_role.agent.arn"), ref("aws_iam_role.app.arn")) is False
    assert shared(ref("aws_iam_role.agent.arn"), None) is False
    assert is_unknown(shared(ref("aws_iam_role.agent.arn"), Unknown(because="var.role has no value")))
