resource "aws_ebs_volume" "sound" {
  availability_zone = "eu-central-1a"
  size              = 1
  encrypted         = true
}
