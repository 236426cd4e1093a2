"""An open security group weighs what it opens: the way from the internet decides."""

from pathlib import Path

import pytest

import cloudaudit

NETWORK = """
resource "aws_vpc" "main" {}
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "private" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.main.id
  map_public_ip_on_launch = true
}
resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}
resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}
resource "aws_security_group" "main" {
  vpc_id = aws_vpc.main.id
  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""
INSTANCE = """
resource "aws_instance" "main" {{
  subnet_id              = aws_subnet.{subnet}.id
  vpc_security_group_ids = [aws_security_group.main.id]
}}
"""
OUTPUT = 'output "group" { value = aws_security_group.main.id }'


@pytest.mark.parametrize(
    ("users", "severity", "said"),
    [
        (INSTANCE.format(subnet="public"), "critical", "opens SSH to the internet."),
        (INSTANCE.format(subnet="private"), "medium", "nothing that uses it can be reached"),
        (INSTANCE.format(subnet="private") + OUTPUT, "critical", "opens SSH to the internet."),
        ("", "critical", "opens SSH to the internet."),
    ],
)
def test_an_open_group_weighs_less_where_nothing_reaches_it(
    tmp_path: Path, users: str, severity: str, said: str
) -> None:
    (tmp_path / "main.tf").write_text(NETWORK + users)
    [graph] = cloudaudit.load(tmp_path)

    [finding] = [each for each in cloudaudit.check(graph) if each.rule == "sg-no-open-ssh"]

    assert (str(finding.verdict), str(finding.severity)) == ("fail", severity)
    assert said in finding.message
