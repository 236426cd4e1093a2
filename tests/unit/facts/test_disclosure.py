from facts_building import fact, is_unknown, ref, resource

from cloudaudit.model import Resource, Unknown

SECRET = resource("aws_ssm_parameter.db", value=ref("random_password.db.result"))


def request(**attributes) -> Resource:
    found = resource("x.http", **attributes)
    return Resource(
        key="data.http.x", type="data.http", name="x", address="data.http.x", attributes=attributes, origin=found.origin
    )


def sent(*others, subject=SECRET):
    return fact("disclosure.sent_over_http", subject, *others)


def test_a_request_that_carries_the_value():
    assert sent(request(url=ref("aws_ssm_parameter.db.value"))) == ["data.http.x"]
    assert sent(request(url=ref("random_password.db.result"))) == ["data.http.x"]
    assert sent(request(url="https://example.net", request_headers={"x": ref("aws_ssm_parameter.db.value")})) == [
        "data.http.x"
    ]


def test_a_value_that_is_written_out():
    plain = resource("aws_ssm_parameter.db", value="hunter2-4ever")

    assert sent(request(url="https://example.net/?p=hunter2-4ever"), subject=plain) == ["data.http.x"]


def test_the_name_is_no_secret():
    assert sent(request(url=ref("aws_ssm_parameter.db.name"))) == []
    assert sent() == []


def test_a_request_of_which_nothing_is_known():
    assert is_unknown(sent(request(url=Unknown(because="uuid() is known when applied"))))
