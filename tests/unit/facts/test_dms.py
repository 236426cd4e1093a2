import json

from facts_building import ELSEWHERE, fact, is_unknown, resource

from cloudaudit.model import Unknown


def task(settings, name="dms.logs"):
    text = settings if isinstance(settings, Unknown | str) else json.dumps(settings)
    return fact(name, resource("aws_dms_replication_task.t", replication_task_settings=text))


def components(*severities):
    ids = ("SOURCE_CAPTURE", "TARGET_APPLY", "TASK_MANAGER")
    found = [{"Id": id_, "Severity": severity} for id_, severity in zip(ids, severities, strict=False)]
    return {"Logging": {"EnableLogging": True, "LogComponents": found}}


def test_whether_a_task_logs():
    assert task({"Logging": {"EnableLogging": True}}) is True
    assert task({"Logging": {"EnableLogging": False}}) is False
    assert task({"Logging": {}}) is False
    assert task({}) is False
    assert fact("dms.logs", resource("aws_dms_replication_task.t")) is False
    assert is_unknown(task(ELSEWHERE))
    assert is_unknown(task("no JSON"))
    assert is_unknown(task(Unknown(because="x", partial={"Logging": {"EnableLogging": ELSEWHERE}})))


def test_how_much_a_task_logs():
    low, high = "LOGGER_SEVERITY_ERROR", "LOGGER_SEVERITY_DEFAULT"

    assert task(components(high, high), "dms.logs_too_little") is False
    assert task(components(high, low), "dms.logs_too_little") is True
    assert task(components(high, high, low), "dms.logs_too_little") is False
    assert task({"Logging": {"EnableLogging": True}}, "dms.logs_too_little") is False
    hidden = Unknown(
        because="x", partial={"Logging": {"LogComponents": [{"Id": "TARGET_LOAD", "Severity": ELSEWHERE}]}}
    )
    assert is_unknown(task(hidden, "dms.logs_too_little"))
