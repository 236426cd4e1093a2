from facts_building import ELSEWHERE, fact, is_unknown, ref, resource


def opening(cidr, port=22):
    return {"from_port": port, "to_port": port, "protocol": "tcp", "cidr_blocks": [cidr]}


def group(*ingress):
    return resource("aws_security_group.g", ingress=list(ingress))


def apart(name, cidr):
    target = ref("aws_security_group.g.id")
    return resource(f"aws_security_group_rule.{name}", type="ingress", security_group_id=target, **opening(cidr))


def opens(subject, *others):
    return fact("ingress.opens", subject, *others)["ssh"]


def test_what_is_written_in_a_group_is_found_at_the_group():
    assert opens(group(opening("0.0.0.0/0"))) is True
    assert opens(group(opening("10.0.0.0/8"))) is False


def test_what_a_rule_apart_opens_is_found_at_the_rule_alone():
    rule = apart("open", "0.0.0.0/0")

    assert opens(rule, group()) is True
    assert opens(group(), rule) is False


def test_what_only_two_rules_open_together_is_found_at_the_group():
    quarters = (apart("low", "0.0.0.0/2"), apart("high", "64.0.0.0/2"))

    assert opens(group(), *quarters) is True
    assert opens(quarters[0], group(), quarters[1]) is False


def test_a_source_that_is_not_known_leaves_it_open_where_it_is_written():
    rule = apart("unsure", ELSEWHERE)

    assert is_unknown(opens(rule, group()))
    assert opens(group(), rule) is False
