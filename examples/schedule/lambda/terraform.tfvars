# What is yours: change all of it.
owner           = "platform"
organization_id = "o-exampleorg1"
external_id     = "example-1f7c0f0e"
alarm_email     = "security@example.com"
bucket          = "example-cloudaudit-history"
image           = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/cloudaudit-nightly@sha256:0000000000000000000000000000000000000000000000000000000000000000"
