import pytest

from cloudaudit.engine import cel
from cloudaudit.errors import RuleError


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("resource.encrypted == true", ["resource.encrypted"]),
        ("resource['encrypted'] == true", ["resource.encrypted"]),
        (
            "related.v.exists(v, v.versioning_configuration.exists(c, c.status == 'Enabled'))",
            ["related.v.versioning_configuration.status"],
        ),
        ("'a' in resource.tags && resource.tags['a'] == 'b'", ["resource.tags.a"]),
        ("resource.a.filter(x, x.b == 1).map(y, y.c).exists(z, z.d == 1)", ["resource.a.b", "resource.a.c.d"]),
        ("resource.a[0].b.exists(x, x.c == facts.iam.q)", ["facts.iam.q", "resource.a.b.c"]),
        ("(related.a + related.b).exists(x, x.y == 1)", ["related.a.y", "related.b.y"]),
        ("[resource.a, resource.b].exists(x, x == true)", ["resource.a", "resource.b"]),
        ("(resource.a == 1 ? resource.b : resource.c).d == true", ["resource.a", "resource.b.d", "resource.c.d"]),
        ("resource.m.exists(k, resource.m[k] == 'x')", ["resource.m"]),
        ("resource.s.lowerAscii().matches('^a') && parameters.days > 1", ["parameters.days", "resource.s"]),
        ("related.logs.exists(l, true)", ["related.logs"]),
        ("resource.a.exists(resource, resource.b == 1)", ["resource.a.b"]),
        ("{'k': 1}[resource.a] == 1", ["resource.a"]),
    ],
)
def test_an_expression_says_which_paths_it_reads(text: str, reads: list[str]) -> None:
    assert list(cel.compile(text).reads) == reads


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("has(resource.x)", "has() is forbidden"),
        ("size(related.v) > 0", "not `size`"),
        ("related.v.size() > 0", "not `size`"),
        ("related.v == []", "not `==`"),
        ("'a' in related.v", "not `in`"),
        ("related.v[0].x == 1", "may be incomplete"),
        ("related.v.x == 1", "not `.x`"),
        ("resource == {}", "must be followed by a name"),
        ("resource.exists(k, k == 'a')", "must be followed by a name"),
        ("resource.encrypted", "must be true or false"),
        ("resource.count + 1", "must be true or false"),
        ("unheard == 1", "undeclared reference to 'unheard'"),
        ("resource.a +", "Syntax error"),
        ("1 == 'a'", "found no matching overload"),
        ("resource.a.exists(x, resource.b.exists(y, resource.c.exists(z, z == x)))", "more than 2 nested loops"),
        ("resource.a.exists(a, a.b.exists(b, b.c.exists(c, c.d.exists(d, d.e.exists(e, e == 1)))))", "nest deeper"),
        ("{'k': resource.a}.k == 1", "a map may hold constants only"),
        ("resource.a.replace('', 'aaaa') == ''", "replace is forbidden"),
        ("(" * 50 + "true" + ")" * 50, "recursion limit"),
        ("true" + " && true" * 1000, "longer than 2000 characters"),
    ],
)
def test_what_a_rule_may_not_use_is_named(text: str, fault: str) -> None:
    with pytest.raises(RuleError) as error:
        cel.compile(text)

    assert fault in str(error.value)


def test_all_faults_of_an_expression_are_told() -> None:
    with pytest.raises(RuleError) as error:
        cel.compile("has(resource.x) && size(related.v) > 0")

    assert len(str(error.value).splitlines()) == 2
