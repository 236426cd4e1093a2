resource "aws_ebs_volume" "evil" {
  for_each  = toset(["\u001b[31mred\u001b[0m", "::error::x", "\u202egnp.tf", "[a](http://x)<img src=x>"])
  size      = 1
  encrypted = false
}
